import { type Answer, type Fact, type Intent, policy, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import { changeOf, decided, observed, type Progress, type StartEntry, started } from "@electrum-vouchers/runtime/drive";
import type { Result } from "neverthrow";
import {
  answerOf,
  CODE,
  errorDetail,
  lookupResponse,
  provisionRequest,
  provisionResponse,
  redemptionRequest,
  redemptionResponse,
} from "../hostile/messages.ts";

/** What a till writes in a morning, in order: every commit of `transactions` sales and redemptions, those of all of them mixed. */
export function workload(transactions: number): readonly Change[] {
  const lives = Array.from({ length: transactions }, (_, index) => lifeOf(index));
  const longest = Math.max(...lives.map(({ length }) => length));
  return Array.from({ length: longest }, (_, step) => lives.flatMap((life) => life.slice(step, step + 1))).flat();
}

/** For whoever takes up the work: it began at 0, so that all of it is due by the first, and no lease ends by itself. */
export const ALL_DUE_AT = 1e12;
export const HELD_UNTIL = 2e12;

/** The id of the transaction with this number; `role` tells its own from those of its advices. */
const uuidOf = (index: number, role: 0 | 1 | 2): Uuid =>
  `${index.toString(16).padStart(8, "0")}-000${role}-4000-8000-000000000000`;

type Event = { readonly fact: Answer | "silence" | "acknowledged" } | { readonly intent: Intent };

const confirm: Event = { intent: { type: "confirm", tenders: [], at: 0 } };

/** Some are finished, some declined, and some have still an advice or an answer to wait for. */
function lifeOf(index: number): readonly Change[] {
  const id = uuidOf(index, 0);
  // A long slip takes a record over more than one page.
  const slipData = {
    messageLines: Array.from({ length: index % 3 === 0 ? 150 : 1 }, (_, line) => ({ text: `line ${line}` })),
  };
  const sold: Event = { fact: answerOf(201, { ...provisionResponse, id, slipData }) };
  switch (index % 5) {
    case 0:
      return changes(saleOf(index), [sold, confirm, { fact: "acknowledged" }]);
    case 1:
      return changes(saleOf(index), [{ fact: "silence" }]);
    case 2:
      return changes(saleOf(index), [{ fact: answerOf(400, errorDetail("INVALID_AMOUNT", id)) }]);
    case 3:
      return changes(redemptionOf(index), [
        { fact: answerOf(200, lookupResponse) },
        { intent: { type: "redeem", request: { ...redemptionRequest, id }, at: 0 } },
        { fact: answerOf(201, { ...redemptionResponse, id }) },
        { intent: { type: "confirm", at: 0 } },
      ]);
    default:
      return changes(saleOf(index), [sold]);
  }
}

const idsOf = (index: number) => ({ confirmationId: uuidOf(index, 1), reversalId: uuidOf(index, 2) });

const rules = succeed(policy({ retries: 0 }));

const saleOf = (index: number): StartEntry => ({
  type: "provisionStarted",
  start: { ...idsOf(index), request: { ...provisionRequest, id: uuidOf(index, 0) }, policy: rules, at: 0 },
});

const redemptionOf = (index: number): StartEntry => ({
  type: "redemptionStarted",
  start: { ...idsOf(index), id: uuidOf(index, 0), lookup: { voucherCode: CODE }, policy: rules, at: 0 },
});

/** Every commit of one transaction. */
function changes(start: StartEntry, events: readonly Event[]): readonly Change[] {
  let progress = succeed(started(start));
  const steps = [progress];
  for (const event of events) {
    progress = next(progress, event);
    steps.push(progress);
  }
  return steps.flatMap((step) => (step.entry === undefined ? [] : [changeOf(step, step.entry)]));
}

function next({ step: { transaction }, version }: Progress, event: Event): Progress {
  const current = { transaction, version: version + 1 };
  return "intent" in event
    ? succeed(decided(current, event.intent))
    : observed(current, factOf(transaction, event.fact));
}

function factOf(transaction: Transaction, fact: Extract<Event, { fact: unknown }>["fact"]): Fact {
  const attempt = "redeem" in transaction ? transaction.redeem.attempt : 0;
  if (fact === "silence") return { type: "silence", attempt, cause: "deadline", at: 0 };
  const adviceId = "advice" in transaction ? transaction.advice.message.id : "";
  if (fact === "acknowledged") return { type: "adviceAnswered", adviceId, status: 202, body: "", at: 0 };
  return { type: "reply", attempt, ...fact, at: 0 };
}

function succeed<Value>(result: Result<Value, unknown>): Value {
  return result.match(
    (value) => value,
    (error) => {
      throw new Error(`the workload is legal: ${JSON.stringify(error)}`);
    },
  );
}
