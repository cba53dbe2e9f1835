import type { HttpResponse, OutgoingMessage, NoResponse, Uuid } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import type { Result } from "neverthrow";
import type { Clock } from "./clock.ts";
import type { EventListener } from "./events.ts";

export interface OutgoingSend {
  readonly id: Uuid;
  readonly attempt: number;
  readonly message: OutgoingMessage;
  readonly deadlineAt: number;
  /** Electrum's id of the client whose credentials it is sent under. */
  readonly client?: string;
}

export type Send = (sending: OutgoingSend) => Promise<Result<HttpResponse, NoResponse>>;

/** `electrum.send`, with the listener told of both ends. */
export const createSend =
  (electrum: Electrum, clock: Clock, onEvent: EventListener): Send =>
  async ({ id, attempt, message, deadlineAt, client }) => {
    const { operation } = message;
    const startedMs = clock.monotonicMs();
    onEvent({ type: "sent", id, operation, attempt, at: clock.now() });
    const response = await electrum.send(message, deadlineAt, client);
    const outcome = response.match<{ status: number } | { noResponse: NoResponse["cause"] }>(
      ({ status }) => ({ status }),
      ({ cause }) => ({ noResponse: cause }),
    );
    const durationMs = clock.monotonicMs() - startedMs;
    onEvent({ type: "answered", id, operation, attempt, outcome, durationMs, at: clock.now() });
    return response;
  };
