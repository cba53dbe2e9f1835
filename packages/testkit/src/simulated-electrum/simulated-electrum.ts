import {
  type HttpResponse,
  type Instant,
  type NoResponse,
  type OutgoingMessage,
  toHttp,
} from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import type { SwitchResponse } from "@electrum-vouchers/simulator";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import { CLIENT } from "../messages/requests.ts";
import type { TillClock } from "../till-process.ts";
import {
  createSimulatedSwitch,
  type PlannedDelivery,
  type SimulatedSwitch,
  type SimulatedSwitchOptions,
} from "./simulated-switch.ts";

export interface SimulatedElectrumOptions extends SimulatedSwitchOptions {
  /** The sender's user name. Default: the client that a message is sent for, else the client of the sample messages. */
  readonly user?: string;
  /** How long a message takes, one way. Default: 20 ms. */
  readonly transitMs?: number;
}

/** Electrum and the way there: a message that was sent goes on, whatever becomes of its sender. */
export interface SimulatedElectrum extends Electrum, Omit<SimulatedSwitch, "plan" | "receive" | "forget"> {
  /** As `send`, but the message arrives after `arrivesAfterMs`, or later if a fault delays it. */
  sendSlowly(
    outgoing: OutgoingMessage,
    deadlineAt: Instant,
    arrivesAfterMs: number,
    client?: string,
  ): ResultAsync<HttpResponse, NoResponse>;
  /** For so long no connection can be made. */
  readonly disconnect: (durationMs: number) => void;
  /** The connection breaks under the next message of this operation, which arrives all the same, just before its deadline. */
  readonly interruptNext: (operation: OutgoingMessage["operation"]) => void;
  /** Whether no message is on its way, and every provider has every advice. */
  readonly isQuiescent: () => boolean;
}

type SlowSend = Parameters<SimulatedElectrum["sendSlowly"]>;

type Exchange = Promise<Result<HttpResponse, NoResponse>>;

/**
 * Electrum in this process, with the faults that the simulator has over HTTP.
 *
 * @example
 * const clock = createSimulatedClock(Date.now());
 * const electrum = createSimulatedElectrum(clock, { faults: { rules: [loseResponse("provisionVoucher")] } });
 */
export function createSimulatedElectrum(clock: TillClock, options: SimulatedElectrumOptions = {}): SimulatedElectrum {
  const { transitMs = 20 } = options;
  const { plan, receive, forget, ...simulatedSwitch } = createSimulatedSwitch(clock, options);
  let inFlight = 0;
  let reachableAt = clock.now();
  let interrupted: OutgoingMessage["operation"] | undefined;

  async function deliver(delivery: PlannedDelivery, afterMs: number): Promise<SwitchResponse | undefined> {
    inFlight += 1;
    await clock.sleep(afterMs);
    inFlight -= 1;
    return receive(delivery);
  }

  const disconnect = (durationMs: number): void => {
    reachableAt = Math.max(reachableAt, clock.now() + durationMs);
  };

  async function exchange(delivery: PlannedDelivery, deadlineAt: Instant, arrivesAfterMs: number): Exchange {
    const { requestDelayMs = 0, responseDelayMs = 0, noResponse, outageMs = 0, losesMemory } = delivery.effect;
    if (losesMemory === true) forget();
    if (outageMs > 0) disconnect(outageMs);
    const requestMs = arrivesAfterMs + requestDelayMs;
    const arriving = deliver(delivery, requestMs);
    if (!(await isInTime(clock, requestMs, deadlineAt))) return err({ cause: "deadline" });
    const response = await arriving;
    const returnMs = noResponse === "deadline" ? Infinity : transitMs + (response?.delayMs ?? 0) + responseDelayMs;
    if (!(await isInTime(clock, returnMs, deadlineAt))) return err({ cause: "deadline" });
    const isLost = response === undefined || noResponse !== undefined;
    return isLost ? err({ cause: "interrupted" }) : ok(toHttpResponse(response));
  }

  /** The sender learns at once that the connection broke. */
  async function interrupt(delivery: PlannedDelivery, deadlineAt: Instant): Exchange {
    interrupted = undefined;
    void deliver(delivery, deadlineAt - clock.now() - 1);
    await clock.sleep(transitMs);
    return err({ cause: "interrupted" });
  }

  async function send(...[outgoing, deadlineAt, arrivesAfterMs, client = CLIENT]: SlowSend): Exchange {
    if (clock.now() >= deadlineAt) return err({ cause: "notSent" });
    if (clock.now() < reachableAt) return err({ cause: "unreachable" });
    const delivery = plan({ ...toHttp(outgoing), user: options.user ?? client, at: clock.now() });
    return interrupted === outgoing.operation
      ? interrupt(delivery, deadlineAt)
      : exchange(delivery, deadlineAt, arrivesAfterMs);
  }

  return {
    ...simulatedSwitch,
    send: (outgoing, deadlineAt, client) => new ResultAsync(send(outgoing, deadlineAt, transitMs, client)),
    sendSlowly: (...sending) => new ResultAsync(send(...sending)),
    close: () => undefined,
    disconnect,
    interruptNext: (operation) => {
      interrupted = operation;
    },
    heal: () => {
      reachableAt = clock.now();
      interrupted = undefined;
      simulatedSwitch.heal();
    },
    isQuiescent: () => inFlight === 0 && simulatedSwitch.isQuiescent(),
  };
}

/** Waits that long, or up to the deadline; says whether the deadline is still ahead. */
async function isInTime(clock: TillClock, ms: number, deadlineAt: Instant): Promise<boolean> {
  const leftMs = deadlineAt - clock.now();
  await clock.sleep(Math.min(ms, leftMs));
  return ms < leftMs;
}

const toHttpResponse = ({ status, body, retryAfterSeconds }: SwitchResponse): HttpResponse => ({
  status,
  body,
  ...(retryAfterSeconds === undefined ? {} : { retryAfterMs: retryAfterSeconds * 1_000 }),
});
