import type { HttpResponse, NoResponse, OutgoingMessage } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import type { SimulatedClock } from "@electrum-vouchers/testkit";
import { err, ok, type Result, ResultAsync } from "neverthrow";

// The ways in which an advice fails again and again, or all messages of one client. The message is processed in some of them.

/** How a sick advice fails, each time. */
export const sicknesses = [
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

export type Sickness = (typeof sicknesses)[number];

/** Nothing at all is heard, up to the deadline. */
export const silentSicknesses: readonly Ailment[] = ["never answers", "never answers after processing"];

/** All messages of one client are answered so: its credentials are refused. */
export type Ailment = Sickness | "401";

type Exchange = Result<HttpResponse, NoResponse>;

const TRANSIT_MS = 40;

/** The longest that is sensible for one advice, and far longer than a healthy one may wait. */
const RETRY_AFTER_MS = 10 * 60 * 1000;

const responses: Readonly<Partial<Record<Ailment, HttpResponse>>> = {
  "503": { status: 503, body: "" },
  "503 after processing": { status: 503, body: "" },
  "503 with Retry-After": { status: 503, body: "", retryAfterMs: RETRY_AFTER_MS },
  "500": { status: 500, body: "" },
  "HTML 403": { status: 403, body: "<html><body>Forbidden</body></html>" },
  "401": { status: 401, body: "" },
};

/** The same Electrum, where some messages are sick. */
export function withSickness(
  electrum: Electrum,
  clock: Pick<SimulatedClock, "now" | "sleep">,
  ailmentOf: (outgoing: OutgoingMessage, client: string | undefined) => Ailment | undefined,
): Electrum {
  async function fail(ailment: Ailment, deadlineAt: number): Promise<Exchange> {
    const response = responses[ailment];
    const isSilent = silentSicknesses.includes(ailment);
    await clock.sleep(isSilent ? deadlineAt - clock.now() : TRANSIT_MS);
    return response === undefined ? err({ cause: isSilent ? "deadline" : "interrupted" }) : ok(response);
  }

  return {
    ...electrum,
    send: (outgoing, deadlineAt, client) => {
      const ailment = ailmentOf(outgoing, client);
      if (ailment === undefined) return electrum.send(outgoing, deadlineAt, client);
      if (ailment.endsWith("after processing")) void electrum.send(outgoing, deadlineAt, client);
      return new ResultAsync(fail(ailment, deadlineAt));
    },
  };
}
