import type { Answer, Instant, Outgoing, Silence } from "@electrum-vouchers/core";
import type { SwitchResponse } from "@electrum-vouchers/simulator";
import { err, ok, type Result } from "neverthrow";
import { opensAt } from "../simulation/messages.ts";
import type { Effect, Given } from "./given.ts";
import { createSwitch, type Switch } from "./switch.ts";
import type { Time } from "./time.ts";

/** Electrum and the way there: what was sent goes on, whatever becomes of its sender. */
export interface Electrum extends Omit<Switch, "process"> {
  /** Sends a message, which takes so long to arrive. */
  send(outgoing: Outgoing, deadlineAt: Instant, arrivesAfterMs?: number): Promise<Result<Answer, Silence>>;
  /** Nobody listens for a while. */
  away(forMs: number): void;
}

const TRANSIT_MS = 20;

export function createElectrum(time: Time, given: Given): Electrum {
  const electrum = createSwitch(time, given);
  const left = (given.faults ?? []).map((fault) => ({ ...fault, times: fault.times ?? 1 }));
  let underWay = 0;
  let backAt = opensAt;
  let isCalm = false;

  /** The effect on a message that is sent now, which uses it up. */
  function effectOn({ operation }: Outgoing): Effect | undefined {
    const fault = left.find((each) => each.operation === operation && each.times > 0);
    if (fault === undefined || isCalm) return undefined;
    fault.times -= 1;
    return fault.effect;
  }

  async function arrive(outgoing: Outgoing, effect: Effect | undefined, afterMs: number): Promise<SwitchResponse> {
    underWay += 1;
    await time.sleep(afterMs);
    underWay -= 1;
    return electrum.process(outgoing, effect);
  }

  async function exchange(
    outgoing: Outgoing,
    deadlineAt: Instant,
    arrivesAfterMs: number,
  ): Promise<Result<Answer, Silence>> {
    const effect = effectOn(outgoing);
    if (effect?.type === "cutOff") {
      void arrive(outgoing, effect, deadlineAt - time.now() - 1);
      await time.sleep(TRANSIT_MS);
      return err({ cause: "interrupted" });
    }
    const { status, body, delayMs = 0 } = await arrive(outgoing, effect, arrivesAfterMs);
    const backMs = TRANSIT_MS + delayMs + (effect?.type === "late" ? effect.delayMs : 0);
    const leftMs = deadlineAt - time.now();
    const isInTime = effect?.type !== "answerLost" && backMs < leftMs;
    await time.sleep(isInTime ? backMs : leftMs);
    return isInTime ? ok({ status, body }) : err({ cause: "deadline" });
  }

  return {
    ...electrum,
    isAtRest: () => underWay === 0 && electrum.isAtRest(),
    away: (forMs) => {
      backAt = time.now() + forMs;
    },
    calm: () => {
      isCalm = true;
      electrum.calm();
    },
    send: async (outgoing, deadlineAt, arrivesAfterMs = TRANSIT_MS) =>
      time.now() < backAt && !isCalm ? err({ cause: "unreachable" }) : exchange(outgoing, deadlineAt, arrivesAfterMs),
  };
}
