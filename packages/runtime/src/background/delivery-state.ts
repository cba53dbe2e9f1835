import type { Clock } from "../clock.ts";
import { type DeliveryQueues, haltedClientsOf, isElectrumAway, noQueues } from "../engine/delivery-queues.ts";
import type { EventListener, ForwarderStatus } from "../events.ts";

/** What the forwarder knows of its queues and clients, and what it reports of that. */
export interface DeliveryState {
  queues(): DeliveryQueues;
  update(next: DeliveryQueues): void;
  status(): ForwarderStatus;
  /** The forwarder stops: no other status follows. */
  end(): void;
  /** A client's credentials were refused. Gives whether the operator is to be alerted, for the first time or again. */
  noteHalt(client: string): boolean;
}

/** While a client is halted, the operator is alerted again this often. */
const HALT_ALERT_MS = 60 * 60 * 1000;

export function createDeliveryState(clock: Clock, onEvent: EventListener): DeliveryState {
  const haltAlertedAtMs = new Map<string, number>();
  let queues = noQueues;
  let status: ForwarderStatus = "forwarding";

  function report(next: ForwarderStatus): void {
    if (status === next || status === "stopped") return;
    status = next;
    onEvent({ type: "forwarder", status, at: clock.now() });
  }

  return {
    queues: () => queues,
    update: (next) => {
      queues = next;
      const halted = haltedClientsOf(queues);
      // A client is forgotten once it was answered, or has other credentials. A first refusal is not yet a halt.
      for (const client of haltAlertedAtMs.keys()) if (!queues.clients.has(client)) haltAlertedAtMs.delete(client);
      report(halted.length > 0 ? "halted" : isElectrumAway(queues) ? "probing" : "forwarding");
    },
    status: () => status,
    end: () => report("stopped"),
    noteHalt: (client) => {
      const nowMs = clock.monotonicMs();
      const alertedAtMs = haltAlertedAtMs.get(client);
      if (alertedAtMs !== undefined && nowMs - alertedAtMs < HALT_ALERT_MS) return false;
      haltAlertedAtMs.set(client, nowMs);
      return true;
    },
  };
}
