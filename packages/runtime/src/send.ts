import {
  boundResponse,
  type HttpResponse,
  type NoResponse,
  type OutgoingMessage,
  type Uuid,
} from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import type { Result } from "neverthrow";
import type { AlertReporter } from "./alert-reporter.ts";
import type { Clock } from "./clock.ts";
import type { EventLabels } from "./event-labels.ts";
import type { EventListener } from "./events.ts";

export interface OutgoingSend {
  readonly id: Uuid;
  readonly attempt: number;
  readonly message: OutgoingMessage;
  readonly deadlineAt: number;
  /** Electrum's id of the client whose credentials it is sent under. */
  readonly client?: string;
  /** If it is an advice: its own id. */
  readonly adviceId?: Uuid;
  /** Of the transaction that it belongs to, for the events. */
  readonly labels: EventLabels;
}

export type Send = (sending: OutgoingSend) => Promise<Result<HttpResponse, NoResponse>>;

/** `electrum.send`, its response kept to what a journal may hold, with the listener told of both ends. If this machine cannot send, it is an alert, once until it can again. */
export function createSend(electrum: Electrum, clock: Clock, onEvent: EventListener, reportAlert: AlertReporter): Send {
  let cannotSend = false;

  return async ({ id, attempt, message, deadlineAt, client, adviceId, labels }) => {
    const { operation } = message;
    const about = { id, operation, attempt, ...labels, ...(adviceId === undefined ? {} : { adviceId }) };
    const startedMs = clock.monotonicMs();
    onEvent({ type: "sent", ...about, at: clock.now() });
    const received = await electrum.send(message, deadlineAt, client);
    const response = received.map((each) => boundResponse(message, each));
    const outcome = response.match<{ status: number } | { noResponse: NoResponse["cause"] }>(
      ({ status }) => ({ status }),
      ({ cause }) => ({ noResponse: cause }),
    );
    const durationMs = clock.monotonicMs() - startedMs;
    onEvent({ type: "answered", ...about, outcome, durationMs, at: clock.now() });
    const couldSend = !cannotSend;
    cannotSend = "noResponse" in outcome && outcome.noResponse === "cannotSend";
    if (cannotSend && couldSend) reportAlert({ reason: "cannotSend", id, operation });
    return response;
  };
}
