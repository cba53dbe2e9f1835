import {
  checkPolicy,
  type MessageDetails,
  type MessageFault,
  type Policy,
  type ProvisionRequest,
  type RedemptionRequest,
  type RefundRequest,
  type VoucherLookup,
} from "@electrum-vouchers/core";
import { err, type Result } from "neverthrow";
import type { TillError } from "./errors.ts";

/** Selects the policy of a transaction. For a redemption it is asked twice: only the lookup's response tells the provider. */
export type PolicySelector = (subject: PolicySubject) => Policy;

export type PolicySubject =
  | { readonly provision: ProvisionRequest }
  | { readonly lookup: VoucherLookup }
  /** The voucher was found, and is about to be redeemed. `found` is what the lookup's response says; its `receiver` names the provider. */
  | { readonly lookup: VoucherLookup; readonly redemption: RedemptionRequest; readonly found: MessageDetails }
  | { readonly refund: RefundRequest };

/** Selects a policy. What the selector returns is validated, and what it throws becomes an error. */
export function selectPolicy(selector: PolicySelector, subject: PolicySubject): Result<Policy, TillError> {
  try {
    return checkPolicy(selector(subject)).mapErr(invalidPolicy);
  } catch {
    // The selector was given a voucher's code. What it throws may hold it, so that is not repeated.
    return err(invalidPolicy([{ path: "", expected: "must be returned, but the policy selector threw" }]));
  }
}

export const invalidPolicy = (faults: readonly MessageFault[]): TillError => ({
  type: "refused",
  refusal: { type: "invalidPolicy", faults },
});
