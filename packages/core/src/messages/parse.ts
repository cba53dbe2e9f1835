import { err, ok, type Result } from "neverthrow";
import * as v from "valibot";
import { type Amounts, amountsSchema } from "./amounts.ts";
import { type VoucherLookup, voucherLookupSchema } from "./lookup.ts";
import { type ProvisionRequest, provisionRequestSchema } from "./provision.ts";
import { type RedemptionRequest, redemptionRequestSchema } from "./redemption.ts";
import { type Tender, tenderSchema } from "./tender.ts";

/** One fault of a message. It never repeats the faulty value, which may be a voucher code. */
export interface MessageFault {
  /** The place, such as `originator.merchant.merchantId`; empty for the message as a whole. */
  readonly path: string;
  /** What was expected there. */
  readonly expected: string;
}

/**
 * Validates a `provisionVoucher` request against Electrum's schema and its limits. Unknown fields are faults.
 *
 * @example
 * parseProvisionRequest(input).mapErr((faults) => faults.map(({ path, expected }) => `${path} ${expected}`))
 */
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
  // One fault for each value: text that is no date fails the check for an existing day as well.
  const parsed = v.safeParse(schema, input, { abortPipeEarly: true });
  return parsed.success ? ok(parsed.output) : err(parsed.issues.map(faultOf));
}

function faultOf(issue: v.BaseIssue<unknown>): MessageFault {
  return { path: v.getDotPath(issue) ?? "", expected: expectationOf(issue) };
}

// Valibot's own messages print the received value. Those of this library (of kind "validation") do not.
function expectationOf(issue: v.BaseIssue<unknown>): string {
  if (issue.kind === "validation") return issue.message;
  if (issue.expected === "never") return "is not a known field";
  if (issue.received === "undefined") return "is required";
  return issue.expected === null ? "is not allowed" : `must be ${issue.expected}`;
}
