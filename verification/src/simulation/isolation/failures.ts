import type { HttpResponse, NoResponse, OutgoingMessage } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import type { SimulatedClock } from "@electrum-vouchers/testkit";
import { err, ok, type Result, ResultAsync } from "neverthrow";

// The ways in which an advice fails again and again, or all messages of one client. The message is processed in some of them.

/** How a failing advice fails, each time. */
export const failures = [
  "503",
  "503 after processing",
  "503 with Retry-After",
  "500",
  "never answers",
  "never answers after processing",
  "breaks the connection",
  "breaks the connection after processing",
  "HTML 403",
] as const;

export type Failure = (typeof failures)[number];

/** No response comes, up to the deadline. */
export const silentFailures: readonly SentFailure[] = ["never answers", "never answers after processing"];

/** What a message can fail with. All messages of one client get a 401 if its credentials are refused. */
export type SentFailure = Failure | "401";

type Exchange = Result<HttpResponse, NoResponse>;

const TRANSIT_MS = 40;

/** The longest that is sensible for one advice, and far longer than a healthy one may wait. */
const RETRY_AFTER_MS = 10 * 60 * 1000;

const responses: Readonly<Partial<Record<SentFailure, HttpResponse>>> = {
  "503": { status: 503, body: "" },
  "503 after processing": { status: 503, body: "" },
  "503 with Retry-After": { status: 503, body: "", retryAfterMs: RETRY_AFTER_MS },
  "500": { status: 500, body: "" },
  "HTML 403": { status: 403, body: "<html><body>Forbidden</body></html>" },
  "401": { status: 401, body: "" },
};

/** The same Electrum, where some messages fail. */
export function withFailures(
  electrum: Electrum,
  clock: Pick<SimulatedClock, "now" | "sleep">,
  failureOf: (outgoing: OutgoingMessage, client: string | undefined) => SentFailure | undefined,
): Electrum {
  async function fail(failure: SentFailure, deadlineAt: number): Promise<Exchange> {
    const response = responses[failure];
    const isSilent = silentFailures.includes(failure);
    await clock.sleep(isSilent ? deadlineAt - clock.now() : TRANSIT_MS);
    return response === undefined ? err({ cause: isSilent ? "deadline" : "interrupted" }) : ok(response);
  }

  return {
    ...electrum,
    send: (outgoing, deadlineAt, client) => {
      const failure = failureOf(outgoing, client);
      if (failure === undefined) return electrum.send(outgoing, deadlineAt, client);
      const failed = (): ResultAsync<HttpResponse, NoResponse> => new ResultAsync(fail(failure, deadlineAt));
      // What is processed is processed, whatever its response was.
      return failure.endsWith("after processing")
        ? electrum.send(outgoing, deadlineAt, client).andThen(failed).orElse(failed)
        : failed();
    },
  };
}
