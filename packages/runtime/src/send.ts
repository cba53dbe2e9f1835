import type { Answer, Outgoing, Silence, Uuid } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import type { Result } from "neverthrow";
import type { Clock } from "./clock.ts";
import type { Observer } from "./events.ts";

export interface Sending {
  readonly id: Uuid;
  readonly attempt: number;
  readonly outgoing: Outgoing;
  readonly deadlineAt: number;
}

export type Send = (sending: Sending) => Promise<Result<Answer, Silence>>;

/** `electrum.send`, with the observers told of both ends. */
export const sendObserved =
  (electrum: Electrum, clock: Clock, observe: Observer): Send =>
  async ({ id, attempt, outgoing, deadlineAt }) => {
    const { operation } = outgoing;
    const startedMs = clock.monotonicMs();
    observe({ type: "sent", id, operation, attempt, at: clock.now() });
    const answer = await electrum.send(outgoing, deadlineAt);
    const outcome = answer.match<{ status: number } | { silence: Silence["cause"] }>(
      ({ status }) => ({ status }),
      ({ cause }) => ({ silence: cause }),
    );
    const tookMs = clock.monotonicMs() - startedMs;
    observe({ type: "answered", id, operation, attempt, outcome, tookMs, at: clock.now() });
    return answer;
  };
