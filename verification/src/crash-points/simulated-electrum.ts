import type { HttpResponse, Instant, OutgoingMessage, NoResponse } from "@electrum-vouchers/core";
import type { SwitchResponse } from "@electrum-vouchers/simulator";
import { err, ok, type Result } from "neverthrow";
import { runStartsAt } from "../simulation/messages.ts";
import type { SwitchFault, FlowConditions } from "./flow-conditions.ts";
import { createSwitch, type Switch } from "./switch.ts";
import type { PausableClock } from "./pausable-clock.ts";

/** Electrum and the way there: what was sent goes on, whatever becomes of its sender. */
export interface SimulatedElectrum extends Omit<Switch, "receive"> {
  /** Sends a message, which takes so long to arrive. */
  send(
    outgoing: OutgoingMessage,
    deadlineAt: Instant,
    arrivesAfterMs?: number,
  ): Promise<Result<HttpResponse, NoResponse>>;
  /** Nobody listens for a while. */
  disconnect(durationMs: number): void;
}

const TRANSIT_MS = 20;

export function createSimulatedElectrum(clock: PausableClock, conditions: FlowConditions): SimulatedElectrum {
  const electrum = createSwitch(clock, conditions);
  const remaining = (conditions.faults ?? []).map((scripted) => ({ ...scripted, times: scripted.times ?? 1 }));
  let inFlight = 0;
  let reachableAt = runStartsAt;
  let isHealthy = false;

  /** The effect on a message that is sent now, which uses it up. */
  function takeFaultFor({ operation }: OutgoingMessage): SwitchFault | undefined {
    const scripted = remaining.find((each) => each.operation === operation && each.times > 0);
    if (scripted === undefined || isHealthy) return undefined;
    scripted.times -= 1;
    return scripted.fault;
  }

  async function deliver(
    outgoing: OutgoingMessage,
    fault: SwitchFault | undefined,
    afterMs: number,
  ): Promise<SwitchResponse> {
    inFlight += 1;
    await clock.sleep(afterMs);
    inFlight -= 1;
    return electrum.receive(outgoing, fault);
  }

  async function exchange(
    outgoing: OutgoingMessage,
    deadlineAt: Instant,
    arrivesAfterMs: number,
  ): Promise<Result<HttpResponse, NoResponse>> {
    const fault = takeFaultFor(outgoing);
    if (fault?.type === "connectionLost") {
      void deliver(outgoing, fault, deadlineAt - clock.now() - 1);
      await clock.sleep(TRANSIT_MS);
      return err({ cause: "interrupted" });
    }
    const { status, body, delayMs = 0 } = await deliver(outgoing, fault, arrivesAfterMs);
    const returnMs = TRANSIT_MS + delayMs + (fault?.type === "late" ? fault.delayMs : 0);
    const leftMs = deadlineAt - clock.now();
    const isInTime = fault?.type !== "responseLost" && returnMs < leftMs;
    await clock.sleep(isInTime ? returnMs : leftMs);
    return isInTime ? ok({ status, body }) : err({ cause: "deadline" });
  }

  return {
    ...electrum,
    isQuiescent: () => inFlight === 0 && electrum.isQuiescent(),
    disconnect: (durationMs) => {
      reachableAt = clock.now() + durationMs;
    },
    heal: () => {
      isHealthy = true;
      electrum.heal();
    },
    send: async (outgoing, deadlineAt, arrivesAfterMs = TRANSIT_MS) =>
      clock.now() < reachableAt && !isHealthy
        ? err({ cause: "unreachable" })
        : exchange(outgoing, deadlineAt, arrivesAfterMs),
  };
}
