import { type Advice, decodeEntry, isFinal, type JsonObject, type Transaction } from "@electrum-vouchers/core";
import { isJsonObject, parseJson, sameJson } from "@electrum-vouchers/testkit";
import type { Change } from "@electrum-vouchers/core/ports";
import { adviceOf, requestOf } from "../transaction-messages.ts";
import type { TransactionHistory } from "./transaction-history.ts";

/** Notes a step that has become durable; gives what it breaks. */
export function checkCommit(
  history: TransactionHistory,
  before: Transaction | undefined,
  after: Transaction,
  { entry }: Change,
): readonly string[] {
  history.states.push(after.state);
  if ("deadlineAt" in after) history.deadlines.add(after.deadlineAt);
  const isLeft = before !== undefined && isFinal(before) && before.state !== after.state;
  return [...(isLeft ? ["a final state is never left"] : []), ...checkAdvice(history, before, after, entry)];
}

function checkAdvice(
  history: TransactionHistory,
  before: Transaction | undefined,
  after: Transaction,
  entry: string,
): readonly string[] {
  const advice = adviceOf(after);
  if (advice === undefined) return [];
  const text = JSON.stringify(advice);
  const known = history.advice;
  history.advice = text;
  if (known === undefined && !echoesIdentifiers(before, after, entry, advice))
    return ["third-party identifiers go back unaltered"];
  return known !== undefined && known !== text ? ["an advice never changes once it is stored"] : [];
}

/** An advice repeats the identifiers of the approval that it is about or, where there was none, of the request. */
function echoesIdentifiers(
  before: Transaction | undefined,
  after: Transaction,
  entry: string,
  advice: Advice,
): boolean {
  const approval =
    before !== undefined && "approval" in before ? before.approval.response : findApproval(before, entry);
  const expected = approval?.["thirdPartyIdentifiers"] ?? requestOf(after)?.thirdPartyIdentifiers;
  return sameJson(advice.message.thirdPartyIdentifiers, expected);
}

/** The approval that this entry brought in time, if it brought one: of an attempt that the till had cancelled. */
function findApproval(before: Transaction | undefined, text: string): JsonObject | undefined {
  if (before === undefined || !("deadlineAt" in before)) return undefined;
  const entry = decodeEntry(text)._unsafeUnwrap();
  if (entry.type !== "fact" || entry.fact.type !== "response" || entry.fact.status >= 300) return undefined;
  const body = parseJson(entry.fact.body);
  const isUsable = isJsonObject(body) && (before.kind === "redemption" || isJsonObject(body["voucher"]));
  return isUsable && body["id"] === before.id && entry.fact.at <= before.deadlineAt ? body : undefined;
}
