import type { HttpResponse, Entry, Fact, JsonObject, ReconciliationItem, Transaction } from "@electrum-vouchers/core";
import { isJsonObject, parseJson } from "@electrum-vouchers/testkit";
import { TRANSACTION_ID } from "../fixtures.ts";

// What a till promises, told once more: not by the code that has to keep it.

/** States in which a customer may be given the voucher. */
export const mayHandOver = ({ kind, state }: Transaction): boolean =>
  kind === "provision" && ["confirming", "confirmed", "completed"].includes(state);

export const hasEnded = ({ state }: Transaction): boolean =>
  ["completed", "confirmed", "reversed", "declined", "abandoned", "resolved"].includes(state);

export const requiresAttention = ({ state, reconciliation }: Transaction): boolean =>
  state === "disputed" || (reconciliation.length > 0 && state !== "resolved");

/** Whether the state goes against what the till was granted. */
export const contradicts = (granted: "confirm" | "cancel", { state }: Transaction): boolean =>
  contradictingStates[granted].includes(state);

const contradictingStates: Readonly<Record<"confirm" | "cancel", readonly Transaction["state"][]>> = {
  confirm: ["reversing", "reversed", "declined", "abandoned"],
  cancel: ["issued", "redeemed", "confirming", "confirmed", "completed"],
};

/** Why a person must look at the transaction, once it was `before` and has met this. */
export function expectedReconciliation(
  before: Transaction,
  entry: Entry,
  after: Transaction,
): readonly ReconciliationItem["reason"][] {
  if (entry.type !== "fact") return [];
  const { fact } = entry;
  const takesNoReversals = after.state === "reversed" && !after.start.policy.provider.takesReversals;
  const isLate =
    ["declined", "reversed", "disputed"].includes(before.state) && findApproval(before, fact) !== undefined;
  const isConfirmedNow = before.state === "confirming" && after.state === "confirmed";
  const isAmbiguous = isConfirmedNow && fact.type === "adviceResponse" && saysNotRedeemed(fact);
  return [
    ...(takesNoReversals ? (["providerTakesNoReversals"] as const) : []),
    ...(isLate ? (["lateApproval"] as const) : []),
    ...(isAmbiguous ? (["confirmationAmbiguous"] as const) : []),
  ];
}

const saysNotRedeemed = ({ body }: HttpResponse): boolean => body.includes('"VOUCHER_NOT_REDEEMED"');

/** The approval of what the transaction is about, if the fact brings one; a lookup's answer is none. */
export function findApproval(transaction: Transaction, fact: Fact): JsonObject | undefined {
  const firstAttempt = "redeem" in transaction ? transaction.redeem.attempt : 0;
  if (fact.type !== "response" || fact.status > 202 || fact.attempt < firstAttempt) return undefined;
  const body = parseJson(fact.body);
  if (!isJsonObject(body) || body["id"] !== TRANSACTION_ID || body["errorType"] !== undefined) return undefined;
  const { voucher } = body;
  const hasCode = isJsonObject(voucher) && typeof voucher["code"] === "string";
  return transaction.kind === "redemption" || hasCode ? body : undefined;
}
