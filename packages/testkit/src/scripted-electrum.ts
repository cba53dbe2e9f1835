import {
  type HttpResponse,
  type Instant,
  type OutgoingMessage,
  type NoResponseCause,
  toHttp,
} from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import { errAsync, okAsync, ResultAsync } from "neverthrow";
import { successResponse } from "./messages/responses.ts";
import type { TillClock } from "./till-process.ts";

/** What comes of a message: a response or none, after some time; never later than its deadline. */
export interface Outcome {
  readonly response?: HttpResponse;
  readonly noResponse?: NoResponseCause;
  readonly afterMs?: number;
}

/** Decides what comes of a message, being the `nth` of its operation (0 is the first); by default it succeeds at once. */
export type Script = (message: OutgoingMessage, nth: number) => Outcome | undefined;

export interface Sent {
  readonly message: OutgoingMessage;
  readonly operation: OutgoingMessage["operation"];
  /** What goes on the wire, byte for byte. */
  readonly wire: string;
  readonly at: Instant;
}

/** Electrum as a test scripts it. */
export interface ScriptedElectrum extends Electrum {
  readonly sent: readonly Sent[];
  /** How many messages were under way at once at most. */
  mostUnderWay(): number;
  /** From now on it follows another script. */
  follow(script: Script): void;
}

/** No response ever comes: the deadline passes. */
export const never: Outcome = { noResponse: "deadline", afterMs: Number.POSITIVE_INFINITY };
/** The message does not leave the till. */
export const unreachable: Outcome = { noResponse: "unreachable" };

/**
 * An Electrum port that does what a script says. It records what was sent.
 *
 * @example
 * const electrum = createScriptedElectrum(clock, ({ operation }, nth) =>
 *   operation === "provisionVoucher" && nth === 0 ? never : undefined,
 * );
 */
export function createScriptedElectrum(clock: TillClock, first: Script = () => undefined): ScriptedElectrum {
  const sent: Sent[] = [];
  let script = first;
  let underWay = 0;
  let mostUnderWay = 0;

  async function respond(message: OutgoingMessage, deadlineAt: Instant): Promise<Outcome> {
    const { operation } = message;
    const nth = sent.filter((each) => each.operation === operation).length;
    sent.push({ message, operation, wire: JSON.stringify(toHttp(message)), at: clock.now() });
    underWay += 1;
    mostUnderWay = Math.max(mostUnderWay, underWay);
    const outcome = script(message, nth) ?? {};
    const leftMs = deadlineAt - clock.now();
    const { afterMs = 0 } = outcome;
    if (afterMs > 0) await clock.sleep(Math.min(afterMs, leftMs));
    underWay -= 1;
    return afterMs > leftMs ? never : outcome;
  }

  return {
    sent,
    mostUnderWay: () => mostUnderWay,
    follow: (next) => {
      script = next;
    },
    send: (message, deadlineAt) => {
      if (clock.now() >= deadlineAt) return errAsync({ cause: "notSent" });
      return ResultAsync.fromSafePromise(respond(message, deadlineAt)).andThen((outcome) =>
        outcome.noResponse === undefined
          ? okAsync(outcome.response ?? successResponse(message))
          : errAsync({ cause: outcome.noResponse }),
      );
    },
    close: () => {},
  };
}
