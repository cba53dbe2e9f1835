import { err, ok, type Result } from "neverthrow";
import * as v from "valibot";
import { type Amounts, amountsSchema } from "./amounts.ts";
import { type VoucherLookup, voucherLookupSchema } from "./lookup.ts";
import { type ProvisionRequest, provisionRequestSchema } from "./provision.ts";
import { type RedemptionRequest, redemptionRequestSchema } from "./redemption.ts";
import { type Tender, tenderSchema } from "./tender.ts";

/** One thing that is wrong with a message. It never repeats the value found there: that may be a voucher code. */
export interface MessageFault {
  /** Where, e.g. `originator.merchant.merchantId`; empty for the message as a whole. */
  readonly path: string;
  /** What was expected there. */
  readonly expected: string;
}

/** The message, or every fault in it: nothing leaves that Electrum's schema does not know, with its limits. */
export const parseProvisionRequest = (input: unknown): Result<ProvisionRequest, readonly MessageFault[]> =>
  parse(provisionRequestSchema, input);

/** As {@link parseProvisionRequest}, for `redeemVoucher`. */
export const parseRedemptionRequest = (input: unknown): Result<RedemptionRequest, readonly MessageFault[]> =>
  parse(redemptionRequestSchema, input);

/** As {@link parseProvisionRequest}, for the query of `lookupVoucher`. */
export const parseVoucherLookup = (input: unknown): Result<VoucherLookup, readonly MessageFault[]> =>
  parse(voucherLookupSchema, input);

/** As {@link parseProvisionRequest}, for the tenders of a confirmation. */
export const parseTenders = (input: unknown): Result<readonly Tender[], readonly MessageFault[]> =>
  parse(v.array(tenderSchema), input);

/** As {@link parseProvisionRequest}, for the amounts of a confirmation. */
export const parseAmounts = (input: unknown): Result<Amounts, readonly MessageFault[]> => parse(amountsSchema, input);

export function parse<T>(schema: v.GenericSchema<T>, input: unknown): Result<T, readonly MessageFault[]> {
  // One fault for each value: what is no date at all is also no day that exists.
  const parsed = v.safeParse(schema, input, { abortPipeEarly: true });
  return parsed.success ? ok(parsed.output) : err(parsed.issues.map(faultOf));
}

function faultOf(issue: v.BaseIssue<unknown>): MessageFault {
  return { path: v.getDotPath(issue) ?? "", expected: expectationOf(issue) };
}

// The messages of valibot itself print what they received; ours (of kind "validation") do not.
function expectationOf(issue: v.BaseIssue<unknown>): string {
  if (issue.kind === "validation") return issue.message;
  if (issue.expected === "never") return "must not be there: no such field is known";
  if (issue.received === "undefined") return "is required";
  return issue.expected === null ? "is not allowed" : `must be ${issue.expected}`;
}
