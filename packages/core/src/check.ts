import { ok, type Result } from "neverthrow";
import * as v from "valibot";
import { confirmationSchema } from "./messages/advices.ts";
import { voucherLookupSchema } from "./messages/lookup.ts";
import { type MessageFault, parse } from "./messages/parse.ts";
import { provisionRequestSchema } from "./messages/provision.ts";
import { redemptionRequestSchema } from "./messages/redemption.ts";
import { uuidV4Schema } from "./messages/uuid.ts";
import type { ProvisionStart, RedemptionStart } from "./start.ts";
import type { Intent, Refusal } from "./step.ts";

// What the till brings is checked here, once, before the machines see it: nothing leaves that Electrum's schema does not know.
// The machines themselves trust it. So a journal, whose entries were checked when they were made, replays without its secrets.

export const checkProvisionStart = (start: ProvisionStart): Result<void, Refusal> =>
  check(provisionRequestSchema, start.request).andThen(() => check(idsSchema, { ...start, id: start.request.id }));

export const checkRedemptionStart = (start: RedemptionStart): Result<void, Refusal> =>
  check(idsSchema, start).andThen(() => check(voucherLookupSchema, start.lookup));

export function checkIntent(intent: Intent): Result<void, Refusal> {
  switch (intent.type) {
    case "confirm":
      return check(confirmationSchema, intent);
    case "redeem":
      return check(redemptionRequestSchema, intent.request);
    default:
      return ok();
  }
}

const check = (schema: v.GenericSchema, input: unknown): Result<void, Refusal> =>
  parse(schema, input)
    .map(() => undefined)
    .mapErr((faults: readonly MessageFault[]) => ({ type: "invalidMessage", faults }));

/** Every message has an id of its own: Electrum takes one that it has seen for a repeat, and would acknowledge it unread. */
const idsSchema = v.pipe(
  v.object({ id: uuidV4Schema, confirmationId: uuidV4Schema, reversalId: uuidV4Schema }),
  v.check(
    ({ id, confirmationId, reversalId }) => new Set([id, confirmationId, reversalId]).size === 3,
    "must have three different ids: its own, confirmationId and reversalId",
  ),
);
