import type { Result } from "neverthrow";
import type { MessageFault } from "../fault.ts";
import { parseInput } from "../parse-input.ts";
import { type Amounts, amountsSchema } from "./amounts.ts";
import { MAX_CONFIRMATION_BYTES, MAX_LOOKUP_BYTES } from "./bounds.ts";
import { type VoucherLookup, voucherLookupSchema } from "./lookup.ts";
import { type ProvisionRequest, provisionRequestSchema } from "./provision.ts";
import {
  type RedemptionDraft,
  redemptionDraftSchema,
  type RedemptionRequest,
  redemptionRequestSchema,
} from "./redemption.ts";
import { type RefundRequest, refundRequestSchema } from "./refund.ts";
import { type Tender, tendersSchema } from "./tender.ts";

/**
 * Validates a `provisionVoucher` request against Electrum's schema and its limits. Unknown fields are faults. Gives a copy, which
 * no later change of the caller's object touches.
 *
 * @example
 * parseProvisionRequest(input).mapErr((faults) => faults.map(({ path, expected }) => `${path} ${expected}`))
 */
export const parseProvisionRequest = (input: unknown): Result<ProvisionRequest, readonly MessageFault[]> =>
  parseInput(provisionRequestSchema, input);

/** As {@link parseProvisionRequest}, for `redeemVoucher`. */
export const parseRedemptionRequest = (input: unknown): Result<RedemptionRequest, readonly MessageFault[]> =>
  parseInput(redemptionRequestSchema, input);

/** As {@link parseProvisionRequest}, for `refundVoucher`. */
export const parseRefundRequest = (input: unknown): Result<RefundRequest, readonly MessageFault[]> =>
  parseInput(refundRequestSchema, input);

/** As {@link parseRedemptionRequest}, but the voucher's code may be left out: see `codeToRedeem`. */
export const parseRedemptionDraft = (input: unknown): Result<RedemptionDraft, readonly MessageFault[]> =>
  parseInput(redemptionDraftSchema, input);

/** As {@link parseProvisionRequest}, for the query of `lookupVoucher`. */
export const parseVoucherLookup = (input: unknown): Result<VoucherLookup, readonly MessageFault[]> =>
  parseInput(voucherLookupSchema, input, MAX_LOOKUP_BYTES);

/** As {@link parseProvisionRequest}, for the tenders of a confirmation. */
export const parseTenders = (input: unknown): Result<readonly Tender[], readonly MessageFault[]> =>
  parseInput(tendersSchema, input, MAX_CONFIRMATION_BYTES);

/** As {@link parseProvisionRequest}, for the amounts of a confirmation. */
export const parseAmounts = (input: unknown): Result<Amounts, readonly MessageFault[]> =>
  parseInput(amountsSchema, input, MAX_CONFIRMATION_BYTES);
