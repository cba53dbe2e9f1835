import { type Advice, type Answer, readAcknowledgement, type Silence } from "@electrum-vouchers/core";
import type { Result } from "neverthrow";

/** What came of sending an advice once. */
export type Delivery = Settled | Halt | Repeat;

/** Electrum has it, or says why it will never have it: the transaction moves on. */
export interface Settled {
  readonly outcome: "settled";
  readonly answer: Answer;
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
  readonly wasReached: boolean;
  readonly retryAfterMs: number;
  /** The status of an answer that does not look like Electrum. */
  readonly strangeStatus?: number;
  readonly why: string;
}

/** The longest `Retry-After` that is heeded: one header must not put everything off for ever. */
const MAX_RETRY_AFTER_MS = 60 * 60 * 1000;

/** Reads what came of it; only Electrum's own word settles an advice. */
export const readDelivery = (advice: Advice, answer: Result<Answer, Silence>): Delivery =>
  answer.match(
    (complete) => readAnswer(advice, complete),
    ({ cause }) => ({
      outcome: "repeat",
      wasReached: cause === "deadline" || cause === "interrupted" || cause === "tooLarge",
      retryAfterMs: 0,
      why: `no answer: ${cause}`,
    }),
  );

function readAnswer(advice: Advice, answer: Answer): Delivery {
  const { status } = answer;
  const reading = readAcknowledgement(advice, answer);
  switch (reading.outcome) {
    case "repeat":
      return {
        outcome: "repeat",
        wasReached: true,
        retryAfterMs: Math.min(reading.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS),
        ...(reading.alert ? { strangeStatus: status } : {}),
        why: `status ${status}`,
      };
    case "halt":
      return { outcome: "halt", status };
    case "acknowledged":
    case "contradicted":
    case "refused":
      return { outcome: "settled", answer };
  }
}
