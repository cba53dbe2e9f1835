import { type Advice, type HttpResponse, classifyAdviceResponse, type NoResponse } from "@electrum-vouchers/core";
import type { Result } from "neverthrow";

/** What came of delivering an advice once. */
export type Delivery = Settled | Halt | Repeat;

/** Electrum has acknowledged it, or has refused it for good: the transaction moves on. */
export interface Settled {
  readonly outcome: "settled";
  readonly response: HttpResponse;
}

/** Electrum refuses the credentials. */
export interface Halt {
  readonly outcome: "halt";
  readonly status: number;
}

/** The same advice must be sent again. */
export interface Repeat {
  readonly outcome: "repeat";
  /** Whether the message reached anything, even without a response. */
  readonly reached: boolean;
  readonly retryAfterMs: number;
  /** The status of a response that does not look like Electrum's. */
  readonly unexpectedStatus?: number;
  readonly reason: string;
}

/** The longest `Retry-After` that is heeded. One header must not postpone everything for ever. */
const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;

/** Classifies what came of a delivery. Only Electrum's own word settles an advice. */
export const classifyDelivery = (advice: Advice, response: Result<HttpResponse, NoResponse>): Delivery =>
  response.match(
    (complete) => classifyDeliveredResponse(advice, complete),
    ({ cause }) => ({
      outcome: "repeat",
      reached: cause === "deadline" || cause === "interrupted" || cause === "tooLarge",
      retryAfterMs: 0,
      reason: `no response: ${cause}`,
    }),
  );

function classifyDeliveredResponse(advice: Advice, response: HttpResponse): Delivery {
  const { status } = response;
  const reading = classifyAdviceResponse(advice, response);
  switch (reading.outcome) {
    case "repeat":
      return {
        outcome: "repeat",
        reached: true,
        retryAfterMs: Math.min(reading.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS),
        ...(reading.alert ? { unexpectedStatus: status } : {}),
        reason: `status ${status}`,
      };
    case "halt":
      return { outcome: "halt", status };
    case "acknowledged":
    case "contradicted":
    case "refused":
      return { outcome: "settled", response };
  }
}
