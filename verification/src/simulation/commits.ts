import {
  type Advice,
  decodeEntry,
  isFinal,
  isJsonObject,
  type JsonObject,
  parseJson,
  sameJson,
  type Transaction,
} from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import { adviceOf, requestOf } from "../messages-of.ts";
import type { Dossier } from "./dossier.ts";

/** Notes a step that has become durable; gives what it breaks. */
export function noteCommit(
  dossier: Dossier,
  before: Transaction | undefined,
  after: Transaction,
  { entry }: Change,
): readonly string[] {
  dossier.states.push(after.state);
  if ("deadlineAt" in after) dossier.deadlines.add(after.deadlineAt);
  const isLeft = before !== undefined && isFinal(before) && before.state !== after.state;
  return [...(isLeft ? ["a final state is never left"] : []), ...noteAdvice(dossier, before, after, entry)];
}

function noteAdvice(
  dossier: Dossier,
  before: Transaction | undefined,
  after: Transaction,
  entry: string,
): readonly string[] {
  const advice = adviceOf(after);
  if (advice === undefined) return [];
  const text = JSON.stringify(advice);
  const known = dossier.advice;
  dossier.advice = text;
  if (known === undefined && !isEcho(before, after, entry, advice))
    return ["third-party identifiers go back unaltered"];
  return known !== undefined && known !== text ? ["an advice never changes once it is stored"] : [];
}

/** An advice repeats the identifiers of the approval that it is about or, where there was none, of the request. */
function isEcho(before: Transaction | undefined, after: Transaction, entry: string, advice: Advice): boolean {
  const approval = before !== undefined && "approval" in before ? before.approval.response : approvalIn(before, entry);
  const expected = approval?.["thirdPartyIdentifiers"] ?? requestOf(after)?.thirdPartyIdentifiers;
  return sameJson(advice.message.thirdPartyIdentifiers, expected);
}

/** The approval that this entry brought in time, if it brought one: of an attempt that the till had cancelled. */
function approvalIn(before: Transaction | undefined, text: string): JsonObject | undefined {
  if (before === undefined || !("deadlineAt" in before)) return undefined;
  const entry = decodeEntry(text)._unsafeUnwrap();
  if (entry.type !== "fact" || entry.fact.type !== "reply" || entry.fact.status >= 300) return undefined;
  const body = parseJson(entry.fact.body);
  const isUsable = isJsonObject(body) && (before.kind === "redemption" || isJsonObject(body["voucher"]));
  return isUsable && body["id"] === before.id && entry.fact.at <= before.deadlineAt ? body : undefined;
}
