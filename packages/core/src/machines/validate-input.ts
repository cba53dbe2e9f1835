import { ok, type Result } from "neverthrow";
import * as v from "valibot";
import { confirmationSchema } from "../messages/advices.ts";
import { voucherLookupSchema } from "../messages/lookup.ts";
import { type MessageFault, parse } from "../messages/parse.ts";
import { provisionRequestSchema } from "../messages/provision.ts";
import { redemptionRequestSchema } from "../messages/redemption.ts";
import { uuidV4Schema } from "../messages/uuid.ts";
import type { ProvisionStart, RedemptionStart } from "../start.ts";
import type { Intent, Refusal } from "../step.ts";

// What the till brings is validated here, once, before the machines use it: nothing is sent that Electrum's schema does not allow.
// The machines trust it. So a redacted journal can be replayed: its entries were validated when they were made.

export const validateProvisionStart = (start: ProvisionStart): Result<void, Refusal> =>
  validate(provisionRequestSchema, start.request).andThen(() =>
    validate(idsSchema, { ...start, id: start.request.id }),
  );

export const validateRedemptionStart = (start: RedemptionStart): Result<void, Refusal> =>
  validate(idsSchema, start).andThen(() => validate(voucherLookupSchema, start.lookup));

export function validateIntent(intent: Intent): Result<void, Refusal> {
  switch (intent.type) {
    case "confirm":
      return validate(confirmationSchema, intent);
    case "redeem":
      return validate(redemptionRequestSchema, intent.request);
    default:
      return ok();
  }
}

const validate = (schema: v.GenericSchema, input: unknown): Result<void, Refusal> =>
  parse(schema, input)
    .map(() => undefined)
    .mapErr((faults: readonly MessageFault[]) => ({ type: "invalidMessage", faults }));

/** Every message has an id of its own. Electrum would take a known id for a repeat, and acknowledge the message unread. */
const idsSchema = v.pipe(
  v.object({ id: uuidV4Schema, confirmationId: uuidV4Schema, reversalId: uuidV4Schema }),
  v.check(
    ({ id, confirmationId, reversalId }) => new Set([id, confirmationId, reversalId]).size === 3,
    "must have three different ids: its own, confirmationId and reversalId",
  ),
);
