import { type Advice, type HttpResponse, classifyAdviceResponse, type NoResponse } from "@electrum-vouchers/core";
import type { Result } from "neverthrow";

/** What came of sending an advice once. */
export type Delivery = Settled | Halt | Repeat;

/** Electrum has it, or says why it will never have it: the transaction moves on. */
export interface Settled {
  readonly outcome: "settled";
  readonly response: HttpResponse;
}

/** Electrum does not take our credentials. */
export interface Halt {
  readonly outcome: "halt";
  readonly status: number;
}

/** The same advice has to go out again. */
export interface Repeat {
  readonly outcome: "repeat";
  /** Whether somebody took the message, be it without a word. */
  readonly reached: boolean;
  readonly retryAfterMs: number;
  /** The status of an answer that does not look like Electrum. */
  readonly unexpectedStatus?: number;
  readonly reason: string;
}

/** The longest `Retry-After` that is heeded: one header must not put everything off for ever. */
const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;

/** Reads what came of it; only Electrum's own word settles an advice. */
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
