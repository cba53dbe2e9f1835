import { err, ok, type Result } from "neverthrow";
import { isJsonObject, type JsonObject } from "../json.ts";
import type { Amounts, LedgerAmount } from "../messages/amounts.ts";
import type { Refusal } from "../step.ts";
import type { Approval, Evidence } from "./finalization-state.ts";

/** An approval for more than was asked, or in another currency, is for the operator; a provider may approve less. */
export function checkApprovedAmount(
  { at, response }: Approval,
  requested: LedgerAmount | undefined,
): readonly Evidence[] {
  const approved = approvedAmountOf(response);
  if (approved === undefined || requested === undefined) return [];
  const isAsRequested = approved.currency === requested.currency && approved.amount <= requested.amount;
  return isAsRequested ? [] : [{ reason: "approvedOtherAmount", at, requested, approved }];
}

/** The amount that Electrum authorised: the approved one, else the requested one. */
export const authorisedAmountOf = (response: JsonObject, requested: Amounts | undefined): LedgerAmount | undefined =>
  approvedAmountOf(response) ?? requested?.requestAmount;

/** What a response says was approved. */
export function approvedAmountOf(response: JsonObject): LedgerAmount | undefined {
  const amounts = response["amounts"];
  const approved = isJsonObject(amounts) ? amounts["approvedAmount"] : undefined;
  if (!isJsonObject(approved)) return undefined;
  const { amount, currency } = approved;
  // A number too large for JavaScript is parsed as Infinity, and would be stored as null. So it never counts.
  return typeof amount === "number" && Number.isFinite(amount) && typeof currency === "string"
    ? { amount, currency }
    : undefined;
}

/** The final amount of a confirmation must not exceed the authorised one. If none is known, Electrum decides. */
export function checkFinalAmount(
  amounts: Amounts | undefined,
  authorised: LedgerAmount | undefined,
): Result<void, Refusal> {
  const final = amounts?.approvedAmount;
  if (final === undefined || authorised === undefined) return ok();
  return final.currency === authorised.currency && final.amount <= authorised.amount
    ? ok()
    : err({ type: "notAuthorised", authorised });
}
