// What the responses to customers' requests say about the way to Electrum. It sees every step that became durable, and draws three
// conclusions:
//
// 1. A response that is not Electrum's (contract C.1) is an alert. After some of them in a row, and none of Electrum's between,
//    new sales are refused at once: each would cost a customer a retry and a reversal. A single sale now and then finds out when
//    Electrum is back. Lookups neither count nor are refused: they have no financial effect. But an answer of Electrum's to one
//    shows that it is back.
// 2. A refusal of the credentials is an alert, as one of an advice is. Anything that Electrum accepts ends a halt.
// 3. If nothing has ever answered, Electrum may not know this address: it drops callers that are not on its allow-list, without
//    any response.

import type { Fact, NoResponseCause, Request, Transaction, Uuid } from "@electrum-vouchers/core";
import { labelsOf } from "@electrum-vouchers/core";
import type { AlertReporter } from "./alert-reporter.ts";
import type { Clock } from "./clock.ts";
import { reachOf } from "./engine/delivery.ts";
import type { CommittedStep } from "./engine/run-transaction.ts";
import { createSalesGate, type SalesGate } from "./sales-gate.ts";

export interface RequestMonitor extends Pick<SalesGate, "refusesSales" | "admitSale"> {
  /** To be called for every step that became durable. */
  observeStep(step: CommittedStep): void;
  /** To be called if Electrum itself has answered a question of this client that belongs to no step. */
  observeAnswer(client: string): void;
}

export interface RequestMonitorOptions {
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly reportAlert: AlertReporter;
  /** Electrum has answered a request of this client with anything but a refusal of the credentials. */
  onAccepted(client: string): void;
  /** A request got no response at all. */
  onUnanswered(id: Uuid, cause: NoResponseCause): void;
}

/** Requests without any response, before the operator is told of the allow-list. */
const NEVER_ANSWERED_SENDS = 3;

export function createRequestMonitor({
  clock,
  reportAlert,
  onAccepted,
  onUnanswered,
}: RequestMonitorOptions): RequestMonitor {
  const gate = createSalesGate(clock);
  let hasAnswered = false;
  let unansweredSends = 0;

  function noteNoResponse(id: Uuid, cause: NoResponseCause): void {
    onUnanswered(id, cause);
    if (reachOf(cause) === "notSent") return;
    unansweredSends += 1;
    if (!hasAnswered && unansweredSends === NEVER_ANSWERED_SENDS)
      reportAlert({ reason: "neverAnswered", sends: unansweredSends });
  }

  function noteAnswer(client: string): void {
    hasAnswered = true;
    gate.noteElectrum();
    onAccepted(client);
  }

  function noteResponse(fact: Extract<Fact, { type: "response" }>, before: Transaction, after: Transaction): void {
    hasAnswered = true;
    const { id } = after;
    const { status } = fact;
    const isLookup = before.state === "lookingUp";
    const { client = "" } = labelsOf(after);
    if (isForeign(after, fact.attempt)) {
      if (!isLookup) gate.noteForeign();
      reportAlert({ reason: "notElectrum", id, operation: operationOf(before), status });
      return;
    }
    const error = "error" in after ? after.error : undefined;
    if (status === 401 || status === 407 || error?.errorType === "AUTHENTICATION_ERROR") {
      reportAlert({ reason: "credentials", id, operation: operationOf(before), status, client });
      return;
    }
    // A 5xx of a gateway is no word of Electrum's, and no other one's either.
    if (status >= 500 && status !== 501 && error === undefined && !("approval" in after)) return;
    noteAnswer(client);
    if (error?.isUnnamed === true) reportAlert({ reason: "unnamedError", id, operation: operationOf(before), status });
  }

  return {
    observeStep: ({ before, transaction, entry }) => {
      if (entry.type !== "fact" || before === undefined) return;
      const { fact } = entry;
      if (fact.type === "noResponse") noteNoResponse(transaction.id, fact.cause);
      if (fact.type === "response") noteResponse(fact, before, transaction);
    },
    observeAnswer: noteAnswer,
    refusesSales: gate.refusesSales,
    admitSale: gate.admitSale,
  };
}

/** Whether the response to this attempt was not Electrum's word. */
function isForeign(transaction: Transaction, attempt: number): boolean {
  if (transaction.state === "lookupFailed") return transaction.reason === "foreign";
  const last = "inDoubt" in transaction ? transaction.inDoubt?.last : undefined;
  return last?.attempt === attempt && last.cause === "foreign";
}

/** The request that a transaction has under way. */
function operationOf(before: Transaction): Exclude<Request["operation"], "lookupRedemption"> {
  switch (before.kind) {
    case "provision":
      return before.state === "requesting" && before.attempt > 0 ? "retryProvisionVoucher" : "provisionVoucher";
    case "redemption":
      return before.state === "redeeming" ? "redeemVoucher" : "lookupVoucher";
    case "refund":
      return "refundVoucher";
  }
}
