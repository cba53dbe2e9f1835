import type { Clock } from "../clock.ts";
import { type DeliveryQueues, haltedClientsOf, isElectrumAway, noQueues } from "../engine/delivery-queues.ts";
import type { EventListener, ForwarderStatus } from "../events.ts";
import { createRepeatedAlerts } from "./repeated-alerts.ts";

/** What the forwarder knows of its queues and clients, and what it reports of that. */
export interface DeliveryState {
  queues(): DeliveryQueues;
  update(next: DeliveryQueues): void;
  status(): ForwarderStatus;
  /** The forwarder stops: no other status follows. */
  end(): void;
  /** A client's credentials were refused. Gives whether the operator is to be alerted, for the first time or again. */
  noteHalt(client: string): boolean;
  /** An advice of this queue has been undelivered for too long. Gives whether the operator is to be alerted, for the first time or again. */
  noteUndelivered(queue: string): boolean;
}

export function createDeliveryState(clock: Clock, onEvent: EventListener): DeliveryState {
  const haltAlerts = createRepeatedAlerts(clock);
  const undeliveredAlerts = createRepeatedAlerts(clock);
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
      haltAlerts.keepOnly((client) => queues.clients.has(client));
      report(halted.length > 0 ? "halted" : isElectrumAway(queues) ? "probing" : "forwarding");
    },
    status: () => status,
    end: () => report("stopped"),
    noteHalt: haltAlerts.isDue,
    noteUndelivered: undeliveredAlerts.isDue,
  };
}
