import {
  type HttpResponse,
  type Fact,
  type Intent,
  parsePolicy,
  type StartEntry,
  type Transaction,
  type Uuid,
} from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import { factStep, intentStep, type PendingStep, startStep, toChange } from "@electrum-vouchers/runtime/engine";
import type { Result } from "neverthrow";
import {
  toResponse,
  CODE,
  errorDetail,
  lookupResponse,
  provisionRequest,
  provisionResponse,
  redemptionRequest,
  redemptionResponse,
} from "../fuzz/messages.ts";

/** Every commit of `transactions` sales and redemptions, in order and interleaved, as a busy till writes them. */
export function createCommitHistory(transactions: number): readonly Change[] {
  const histories = Array.from({ length: transactions }, (_, index) => createTransactionChanges(index));
  const longest = Math.max(...histories.map(({ length }) => length));
  return Array.from({ length: longest }, (_, step) =>
    histories.flatMap((collectChanges) => collectChanges.slice(step, step + 1)),
  ).flat();
}

/** Everything began at 0. So all of it is due by the first moment, and no lease expires before the second. */
export const ALL_DUE_AT = 1e12;
export const LEASED_UNTIL = 2e12;

/** The id of the transaction with this number, or by `role` of one of its advices. */
const uuidOf = (index: number, role: 0 | 1 | 2): Uuid =>
  `${index.toString(16).padStart(8, "0")}-000${role}-4000-8000-000000000000`;

type WorkloadEvent = { readonly fact: HttpResponse | "noResponse" | "acknowledged" } | { readonly intent: Intent };

const confirm: WorkloadEvent = { intent: { type: "confirm", tenders: [], at: 0 } };

/** Some are finished, some are declined, and some still wait for a response or for their advice to be delivered. */
function createTransactionChanges(index: number): readonly Change[] {
  const id = uuidOf(index, 0);
  // A long slip takes a record over more than one page.
  const slipData = {
    messageLines: Array.from({ length: index % 3 === 0 ? 150 : 1 }, (_, line) => ({ text: `line ${line}` })),
  };
  const sold: WorkloadEvent = { fact: toResponse(201, { ...provisionResponse, id, slipData }) };
  switch (index % 5) {
    case 0:
      return changes(saleOf(index), [sold, confirm, { fact: "acknowledged" }]);
    case 1:
      return changes(saleOf(index), [{ fact: "noResponse" }]);
    case 2:
      return changes(saleOf(index), [{ fact: toResponse(400, errorDetail("INVALID_AMOUNT", id)) }]);
    case 3:
      return changes(redemptionOf(index), [
        { fact: toResponse(200, lookupResponse) },
        { intent: { type: "redeem", request: { ...redemptionRequest, id }, at: 0 } },
        { fact: toResponse(201, { ...redemptionResponse, id }) },
        { intent: { type: "confirm", at: 0 } },
      ]);
    default:
      return changes(saleOf(index), [sold]);
  }
}

const idsOf = (index: number) => ({ confirmationId: uuidOf(index, 1), reversalId: uuidOf(index, 2) });

const policyWithoutRetries = unwrap(parsePolicy({ retries: 0 }));

const saleOf = (index: number): StartEntry => ({
  type: "provisionStarted",
  start: {
    ...idsOf(index),
    request: { ...provisionRequest, id: uuidOf(index, 0) },
    policy: policyWithoutRetries,
    at: 0,
  },
});

const redemptionOf = (index: number): StartEntry => ({
  type: "redemptionStarted",
  start: { ...idsOf(index), id: uuidOf(index, 0), lookup: { voucherCode: CODE }, policy: policyWithoutRetries, at: 0 },
});

/** Every commit of one transaction. */
function changes(start: StartEntry, events: readonly WorkloadEvent[]): readonly Change[] {
  let progress = unwrap(startStep(start));
  const steps = [progress];
  for (const event of events) {
    progress = applyEvent(progress, event);
    steps.push(progress);
  }
  return steps.flatMap((step) => (step.entry === undefined ? [] : [toChange(step, step.entry)]));
}

function applyEvent({ step: { transaction }, version }: PendingStep, event: WorkloadEvent): PendingStep {
  const current = { transaction, version: version + 1 };
  return "intent" in event
    ? unwrap(intentStep(current, event.intent))
    : factStep(current, factOf(transaction, event.fact));
}

function factOf(transaction: Transaction, fact: Extract<WorkloadEvent, { fact: unknown }>["fact"]): Fact {
  const attempt = "redeem" in transaction ? transaction.redeem.attempt : 0;
  if (fact === "noResponse") return { type: "noResponse", attempt, cause: "deadline", at: 0 };
  const adviceId = "advice" in transaction ? transaction.advice.message.id : "";
  if (fact === "acknowledged") return { type: "adviceResponse", adviceId, status: 202, body: "", at: 0 };
  return { type: "response", attempt, ...fact, at: 0 };
}

function unwrap<Value>(result: Result<Value, unknown>): Value {
  return result.match(
    (value) => value,
    (error) => {
      throw new Error(`the workload is legal: ${JSON.stringify(error)}`);
    },
  );
}
