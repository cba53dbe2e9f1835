// What the till brings is validated here, once, before the machines use it: nothing is stored or sent that Electrum's schema does not
// allow, and nothing that the caller can still change. The machines trust it. So a redacted journal can be replayed: its entries were
// validated when they were made.
//
// A start or an intent is a copy afterwards, field by field. Its parts that were parsed before stay the same objects.

import { ok, type Result } from "neverthrow";
import * as v from "valibot";
import type { MessageFault } from "../fault.ts";
import { referenceEntries } from "../messages/advices.ts";
import { amountsSchema, ledgerAmountSchema } from "../messages/amounts.ts";
import { MAX_CONFIRMATION_BYTES } from "../messages/bounds.ts";
import {
  parseProvisionRequest,
  parseRedemptionRequest,
  parseRefundRequest,
  parseVoucherLookup,
} from "../messages/parse.ts";
import { tendersSchema } from "../messages/tender.ts";
import { textUpTo } from "../messages/text.ts";
import { type Uuid, uuidV4Schema } from "../messages/uuid.ts";
import { parseInput } from "../parse-input.ts";
import { type OwnFields, readFields } from "../plain-object.ts";
import { checkPolicy, type Policy } from "../policy.ts";
import { printable } from "../printable.ts";
import type { ProvisionStart, RedemptionStart, RefundStart } from "../start.ts";
import type { ConfirmProvision, Intended, IntendedByOperator, Intent, NamedReason, Redeem, Refusal } from "../step.ts";
import { strictObject } from "../strict-object.ts";

/** A validated copy of the start of a sale, or what is wrong with it. */
export const parseProvisionStart = (start: ProvisionStart): Result<ProvisionStart, Refusal> =>
  parseStartWithRequest(start, parseProvisionRequest, startSchema);

/** A validated copy of the start of a refund, or what is wrong with it. */
export const parseRefundStart = (start: RefundStart): Result<RefundStart, Refusal> =>
  parseStartWithRequest(start, parseRefundRequest, refundStartSchema);

const parseStartWithRequest = <Request extends { readonly id: Uuid }, Rest extends Ids>(
  start: unknown,
  parseRequest: (input: unknown) => Result<Request, readonly MessageFault[]>,
  restSchema: v.GenericSchema<Rest>,
): Result<Omit<Rest, "id"> & { readonly request: Request; readonly policy: Policy }, Refusal> =>
  readInput(start).andThen(({ request, policy, ...rest }) =>
    parseRequest(request)
      .andThen((parsed) =>
        parseInput(restSchema, { ...rest, id: parsed.id }).map(({ id: _, ...ids }) => ({ ...ids, request: parsed })),
      )
      .mapErr(invalidMessage)
      .andThen((parsed) => withPolicy(parsed, policy)),
  );

/** A validated copy of the start of a redemption, or what is wrong with it. */
export const parseRedemptionStart = (start: RedemptionStart): Result<RedemptionStart, Refusal> =>
  readInput(start).andThen(({ lookup, policy, ...rest }) =>
    parseInput(redemptionStartSchema, rest)
      .andThen((ids) => parseVoucherLookup(lookup).map((parsed) => ({ ...ids, lookup: parsed })))
      .mapErr(invalidMessage)
      .andThen((parsed) => withPolicy(parsed, policy)),
  );

/** A validated copy of an intent, or what is wrong with it. It does not say whether a transaction accepts the intent. */
export const parseIntent = (intent: Intent): Result<Intent, Refusal> =>
  readInput(intent).andThen((fields) =>
    fields["type"] === "redeem" ? parseRedeem(fields) : parseOther(fields).mapErr(invalidMessage),
  );

const parseOther = (fields: OwnFields): Result<Intent, readonly MessageFault[]> =>
  fields["type"] === "confirm" && fields["tenders"] !== undefined
    ? parseInput(confirmProvisionSchema, fields, MAX_CONFIRMATION_BYTES)
    : parseInput(otherIntentSchema, fields, MAX_CONFIRMATION_BYTES);

const parseRedeem = ({ request, policy, ...rest }: OwnFields): Result<Intent, Refusal> =>
  parseRedemptionRequest(request)
    .andThen((parsed) => parseInput(redeemSchema, rest).map((redeem) => ({ ...redeem, request: parsed })))
    .mapErr(invalidMessage)
    .andThen((redeem): Result<Intent, Refusal> => (policy === undefined ? ok(redeem) : withPolicy(redeem, policy)));

const readInput = (input: unknown): Result<OwnFields, Refusal> => readFields(input).mapErr(invalidMessage);

const withPolicy = <Parsed>(parsed: Parsed, policy: unknown): Result<Parsed & { readonly policy: Policy }, Refusal> =>
  checkPolicy(policy)
    .map((checked) => ({ ...parsed, policy: checked }))
    .mapErr((faults) => ({ type: "invalidPolicy", faults }));

const invalidMessage = (faults: readonly MessageFault[]): Refusal => ({ type: "invalidMessage", faults });

/** A clock may count parts of a millisecond. */
const instantSchema = v.pipe(v.number(), v.finite("must be a finite number of milliseconds"));

/** In characters. Electrum never sees such a text: the till's operator has written it. */
const MAX_NOTE = 1_000;

const noteSchema = textUpTo(MAX_NOTE);

/** In characters: a name, or an account of the shop's. */
const MAX_ACTOR = 100;

const isGiven = (text: string): boolean => text.trim() !== "";

const actorSchema: v.GenericSchema<string> = v.pipe(
  textUpTo(MAX_ACTOR),
  v.check((name) => isGiven(name) && printable(name) === name, "must name somebody, in printable characters"),
);

const reasonSchema: v.GenericSchema<string> = v.pipe(noteSchema, v.check(isGiven, "must say why"));

/** In characters: an order number, or a trace context. A column that is searched should not be long. */
const MAX_CORRELATION = 100;

const correlationSchema: v.GenericSchema<string> = v.pipe(
  textUpTo(MAX_CORRELATION),
  v.check((text) => isGiven(text) && printable(text) === text, "must be printable characters, and not blank"),
);

const namedReason = { by: actorSchema, reason: reasonSchema };

const namedReasonSchema: v.GenericSchema<NamedReason> = strictObject(namedReason);

/** When, and by whom. */
const intended = { by: v.exactOptional(actorSchema), at: instantSchema };

/** An operator says who he is, and why. */
const intendedByOperator = { ...namedReason, at: instantSchema };

export const operatorSchema: v.GenericSchema<IntendedByOperator> = strictObject(intendedByOperator);

const startEntries = {
  id: uuidV4Schema,
  confirmationId: uuidV4Schema,
  reversalId: uuidV4Schema,
  correlation: v.exactOptional(correlationSchema),
  at: instantSchema,
};

type Ids = Pick<RedemptionStart, "id" | "confirmationId" | "reversalId">;

/** Every message has an id of its own. Electrum would take a known id for a repeat, and acknowledge the message unread. */
const areDifferent = ({ id, confirmationId, reversalId }: Ids): boolean =>
  new Set([id, confirmationId, reversalId]).size === 3;
const DIFFERENT = "must have three different ids: its own, confirmationId and reversalId";

const startSchema: v.GenericSchema<Omit<ProvisionStart, "request" | "policy"> & Ids> = v.pipe(
  strictObject({
    ...startEntries,
    exclusive: v.exactOptional(v.literal(true)),
    override: v.exactOptional(namedReasonSchema),
  }),
  v.check((ids) => areDifferent(ids), DIFFERENT),
);

const refundStartSchema: v.GenericSchema<Omit<RefundStart, "request" | "policy"> & Ids> = v.pipe(
  strictObject(startEntries),
  v.check((ids) => areDifferent(ids), DIFFERENT),
);

const redemptionStartSchema: v.GenericSchema<Omit<RedemptionStart, "lookup" | "policy">> = v.pipe(
  strictObject({ ...startEntries, client: v.exactOptional(noteSchema), terminal: v.exactOptional(noteSchema) }),
  v.check((ids) => areDifferent(ids), DIFFERENT),
);

const redeemSchema: v.GenericSchema<Pick<Redeem, "type" | "override" | keyof Intended>> = strictObject({
  type: v.literal("redeem"),
  override: v.exactOptional(namedReasonSchema),
  ...intended,
});

const confirmEntries = {
  type: v.literal("confirm"),
  amounts: v.exactOptional(amountsSchema),
  handOver: v.exactOptional(v.literal(true)),
  ...referenceEntries,
  ...intended,
};

/** A confirmation with tenders is of a provision, one without is of a redemption or a refund. */
const confirmProvisionSchema: v.GenericSchema<ConfirmProvision> = strictObject({
  ...confirmEntries,
  tenders: tendersSchema,
});

const otherIntentSchema: v.GenericSchema<Exclude<Intent, Redeem | ConfirmProvision>> = v.variant("type", [
  strictObject(confirmEntries),
  strictObject({
    type: v.literal("cancel"),
    operator: v.exactOptional(namedReasonSchema),
    amounts: v.exactOptional(strictObject({ approvedAmount: v.exactOptional(ledgerAmountSchema) })),
    ...referenceEntries,
    ...intended,
  }),
  strictObject({ type: v.literal("lookUp"), ...intended }),
  strictObject({ type: v.literal("handOver"), copy: v.exactOptional(namedReasonSchema), ...intended }),
  strictObject({ type: v.literal("printed"), ...intended }),
  strictObject({ type: v.literal("paymentStarted"), reference: v.exactOptional(actorSchema), ...intended }),
  strictObject({ type: v.literal("hold"), ...intendedByOperator }),
  strictObject({ type: v.literal("unhold"), ...intendedByOperator }),
  strictObject({ type: v.literal("resend"), ...intendedByOperator }),
  strictObject({
    type: v.literal("resolve"),
    resolution: v.picklist(["confirmed", "reversed"]),
    ...intendedByOperator,
  }),
  strictObject({
    type: v.literal("reconcile"),
    items: v.exactOptional(v.pipe(v.array(v.pipe(v.number(), v.integer("must be an item's number"))), v.minLength(1))),
    outcome: v.picklist(["agrees", "corrected", "writtenOff"]),
    ...intendedByOperator,
  }),
]);
