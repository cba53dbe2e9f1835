import type { HttpResponse, OutgoingMessage, NoResponse } from "@electrum-vouchers/core";
import type { SwitchResponse } from "@electrum-vouchers/simulator";
import { err, ok, type Result } from "neverthrow";
import type { Switch } from "../harness/switch.ts";
import { generateTransmissionFault, type TransmissionFault } from "./transmission-faults.ts";
import { faultOccurs, type RunContext } from "./run-context.ts";

/** The network between the tills and the switch. A message that was sent stays under way even if its sender dies. */
export interface SimulatedNetwork {
  /** Sends a message of the transaction with this name, and waits at most `timeoutMs` for the response. */
  send(
    outgoing: OutgoingMessage,
    timeoutMs: number,
    transactionName: string,
  ): Promise<Result<HttpResponse, NoResponse>>;
  /** How many messages are on their way to the switch. */
  readonly inFlight: () => number;
}

/** The fault of a message; empty if it has none. */
type AppliedFault = Partial<TransmissionFault>;

/** How long a message takes, one way. */
const MAX_TRANSIT_MS = 150;

const unaltered = (response: HttpResponse): HttpResponse => response;

const notDelivered: SwitchResponse = { status: 404, body: "" };

export function createSimulatedNetwork(context: RunContext, electrum: Switch): SimulatedNetwork {
  const { clock, random, trace, faultCounter, scenario } = context;
  let inFlight = 0;
  let unreachableUntilMs = 0;
  const transitMs = (): number => 1 + random.below(MAX_TRANSIT_MS);

  /** The message arrives at the switch, once or more often. Gives the response that its sender gets. */
  async function deliver(
    outgoing: OutgoingMessage,
    afterMs: number,
    fault: AppliedFault,
    transactionName: string,
  ): Promise<SwitchResponse> {
    inFlight += 1;
    await clock.sleep(afterMs);
    inFlight -= 1;
    if (fault.delivery === "twice") electrum.receive(outgoing);
    const response = electrum.receive(outgoing, fault.emulateTestServer);
    trace.add("switch", `${outgoing.operation} of ${transactionName}: ${response.status}`);
    if (fault.copyDelayMs !== undefined) void deliver(outgoing, fault.copyDelayMs, {}, transactionName);
    return response;
  }

  async function exchange(
    outgoing: OutgoingMessage,
    timeoutMs: number,
    fault: AppliedFault,
    transactionName: string,
  ): Promise<Result<HttpResponse, NoResponse>> {
    const { noResponse, alterResponse = unaltered, requestDelayMs = 0, responseDelayMs = 0 } = fault;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    const isStillAwaited = (afterMs: number): Promise<boolean> => waitUnlessOver(clock, afterMs, deadlineMs);
    const requestMs = transitMs() + requestDelayMs;
    const isLost = fault.delivery === "never" || (requestMs >= timeoutMs && !scenario.remembersReversals);
    const delivery = isLost ? undefined : deliver(outgoing, requestMs, fault, transactionName);
    if (!(await isStillAwaited(requestMs))) return err({ cause: "deadline" });
    const { status, body, delayMs = 0 } = (await delivery) ?? notDelivered;
    const responseMs = noResponse === "deadline" ? timeoutMs : delayMs + responseDelayMs + transitMs();
    if (!(await isStillAwaited(responseMs))) return err({ cause: "deadline" });
    return noResponse === undefined ? ok(alterResponse({ status, body })) : err({ cause: noResponse });
  }

  /** The fault of this message, if it has one. */
  function faultFor(outgoing: OutgoingMessage, transactionName: string): AppliedFault {
    const occurs = faultOccurs(context, scenario.rates.network);
    const fault = occurs ? generateTransmissionFault(outgoing, random) : undefined;
    // A switch without a memory of reversals needs a network that delivers in time.
    const isTooLate = fault?.requestDelayMs !== undefined && !scenario.remembersReversals;
    if (fault === undefined || isTooLate) return {};
    faultCounter.record(fault.kind);
    trace.add("network", `${outgoing.operation} of ${transactionName}: ${fault.kind}`);
    unreachableUntilMs = Math.max(unreachableUntilMs, clock.monotonicMs() + (fault.unreachableMs ?? 0));
    return fault;
  }

  return {
    inFlight: () => inFlight,
    send: async (outgoing, timeoutMs, transactionName) => {
      if (timeoutMs <= 0) return err({ cause: "notSent" });
      if (clock.monotonicMs() < unreachableUntilMs) return err({ cause: "unreachable" });
      return exchange(outgoing, timeoutMs, faultFor(outgoing, transactionName), transactionName);
    },
  };
}

/** Waits. Gives whether the sender still waits then. */
async function waitUnlessOver(clock: RunContext["clock"], afterMs: number, deadlineMs: number): Promise<boolean> {
  const leftMs = deadlineMs - clock.monotonicMs();
  await clock.sleep(Math.min(afterMs, leftMs));
  return afterMs < leftMs;
}
