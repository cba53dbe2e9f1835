import type { HttpResponse, Instant, OutgoingMessage, NoResponse } from "@electrum-vouchers/core";
import type { ProviderCondition, ProviderName, SwitchResponse, World } from "@electrum-vouchers/simulator";
import { err, ok, type Result } from "neverthrow";
import { provisionRequest, runStartsAt, tenders } from "../simulation/messages.ts";
import type { SwitchFault, FlowConditions } from "./flow-conditions.ts";
import type { PausableClock } from "../harness/pausable-clock.ts";
import { createSwitch, type Switch } from "../harness/switch.ts";
import { type ConfirmedSale, createEmptyWorld, sellVoucher } from "../harness/world.ts";

/** Electrum and the network. A message that was sent goes on, even if its sender dies. */
export interface SimulatedElectrum {
  /** Sends a message, which takes so long to arrive. */
  send(
    outgoing: OutgoingMessage,
    deadlineAt: Instant,
    arrivesAfterMs?: number,
  ): Promise<Result<HttpResponse, NoResponse>>;
  /** Electrum is unreachable for a while. */
  disconnect(durationMs: number): void;
  /** Sets the condition of the flow's provider. */
  setProvider(condition: ProviderCondition): void;
  /** From now on nothing goes wrong. */
  heal(): void;
  readonly world: () => World;
  /** Whether no message is under way, and every provider has received every advice. */
  readonly isQuiescent: () => boolean;
  /** The voucher that the customer brings; empty if there is none. */
  readonly voucherCode: string;
}

const TRANSIT_MS = 20;

/** How long the switch waits before it tells a provider again that did not answer. */
const RETRY_INTERVAL_MS = 5_000;

export function createSimulatedElectrum(clock: PausableClock, conditions: FlowConditions): SimulatedElectrum {
  const { provider = "standard" } = conditions;
  const { world, code: voucherCode } = createInitialWorld(conditions);
  const electrum = createSwitch({
    world,
    now: clock.now,
    sleep: clock.sleep,
    forwardDelayMs: (isRepeat) => TRANSIT_MS + (isRepeat ? RETRY_INTERVAL_MS : 0),
  });
  let inFlight = 0;
  let reachableAt = runStartsAt;
  let isHealthy = false;
  const takeFaultFor = createFaultScript(conditions);

  async function deliver(
    outgoing: OutgoingMessage,
    fault: SwitchFault | undefined,
    afterMs: number,
  ): Promise<SwitchResponse> {
    inFlight += 1;
    await clock.sleep(afterMs);
    inFlight -= 1;
    return receive(electrum, outgoing, fault);
  }

  async function exchange(
    outgoing: OutgoingMessage,
    deadlineAt: Instant,
    arrivesAfterMs: number,
  ): Promise<Result<HttpResponse, NoResponse>> {
    const fault = isHealthy ? undefined : takeFaultFor(outgoing);
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
    voucherCode,
    world: electrum.world,
    isQuiescent: () => inFlight === 0 && electrum.pendingForwards() === 0,
    setProvider: (condition) => electrum.setCondition(provider, condition),
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

/** Gives the fault that befalls a message that is sent now. It is used up by that. */
function createFaultScript({ faults = [] }: FlowConditions): (outgoing: OutgoingMessage) => SwitchFault | undefined {
  const remaining = faults.map((scripted) => ({ ...scripted, times: scripted.times ?? 1 }));
  return ({ operation }) => {
    const scripted = remaining.find((each) => each.operation === operation && each.times > 0);
    if (scripted === undefined) return undefined;
    scripted.times -= 1;
    return scripted.fault;
  };
}

/** The switch receives a message, as the fault has it. */
function receive(electrum: Switch, outgoing: OutgoingMessage, fault: SwitchFault | undefined): SwitchResponse {
  if (fault?.type === "error" && !fault.isProcessed) return toErrorResponse(fault);
  const response = electrum.receive(outgoing);
  if (fault?.type === "error") return toErrorResponse(fault);
  return fault?.type === "emptyBody" ? { ...response, body: "" } : response;
}

const toErrorResponse = ({ status, errorType }: Extract<SwitchFault, { type: "error" }>): SwitchResponse => ({
  status,
  body: JSON.stringify({ errorType, errorMessage: "It was made to fail." }),
});

function createInitialWorld({ policy, provider = "standard", hasVoucher }: FlowConditions): {
  readonly world: World;
  readonly code: string;
} {
  const empty = createEmptyWorld({ messaging: policy?.messaging ?? "dual" });
  return hasVoucher ? sellVoucher(empty, provider, earlierSale(provider), runStartsAt) : { world: empty, code: "" };
}

const earlierSale = (provider: ProviderName): ConfirmedSale => ({
  request: provisionRequest("ea000000-0000-4000-8000-000000000001", provider),
  confirmationId: "ea000000-0000-4000-8000-000000000002",
  tenders,
});
