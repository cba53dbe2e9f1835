import { type Answer, type Instant, type Outgoing, type SilenceCause, toHttp } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import { errAsync, okAsync, ResultAsync } from "neverthrow";
import { success } from "./messages.ts";
import type { Clock } from "../src/clock.ts";

/** What comes of a message: an answer or a silence, after some time; never later than its deadline. */
export interface Outcome {
  readonly answer?: Answer;
  readonly silence?: SilenceCause;
  readonly afterMs?: number;
}

/** Decides what comes of a message, being the `nth` of its operation (0 is the first); by default it succeeds at once. */
export type Script = (outgoing: Outgoing, nth: number) => Outcome | undefined;

export interface Sent {
  readonly outgoing: Outgoing;
  readonly operation: Outgoing["operation"];
  /** What goes on the wire, byte for byte. */
  readonly wire: string;
  readonly at: Instant;
}

/** Electrum as a test wants it. */
export interface ScriptedElectrum extends Electrum {
  readonly sent: readonly Sent[];
  /** How many messages were under way at once at most. */
  mostUnderWay(): number;
  /** From now on it follows another script. */
  follow(script: Script): void;
}

export const never: Outcome = { silence: "deadline", afterMs: Number.POSITIVE_INFINITY };
export const unreachable: Outcome = { silence: "unreachable" };

export function createScriptedElectrum(clock: Clock, first: Script = () => undefined): ScriptedElectrum {
  const sent: Sent[] = [];
  let script = first;
  let underWay = 0;
  let mostUnderWay = 0;

  async function answer(outgoing: Outgoing, deadlineAt: Instant): Promise<Outcome> {
    const { operation } = outgoing;
    const nth = sent.filter((each) => each.operation === operation).length;
    sent.push({ outgoing, operation, wire: JSON.stringify(toHttp(outgoing)), at: clock.now() });
    underWay += 1;
    mostUnderWay = Math.max(mostUnderWay, underWay);
    const outcome = script(outgoing, nth) ?? {};
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
    send: (outgoing, deadlineAt) => {
      if (clock.now() >= deadlineAt) return errAsync({ cause: "notSent" });
      return ResultAsync.fromSafePromise(answer(outgoing, deadlineAt)).andThen((outcome) =>
        outcome.silence === undefined
          ? okAsync(outcome.answer ?? success(outgoing))
          : errAsync({ cause: outcome.silence }),
      );
    },
    close: () => {},
  };
}
