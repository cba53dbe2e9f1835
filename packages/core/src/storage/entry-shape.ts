// What a journal entry must have, so that nothing that replays it throws. As with records: its checksum shows that it is what was written, and
// this shows that what was written is an entry. Rules 1 to 3 of `transaction-shape.ts` hold here too.

import type { AnyTransaction as Transaction } from "../machines/any-transaction.ts";
import type { Fact, Intent } from "../step.ts";
import { isInstant, isListOf, isNumber, isObjectWith, isOneOf, isTaggedBy, isText, type Shape } from "./shape.ts";
import {
  amountsShape,
  policyShape,
  provisionStartShape,
  redeemRequestShape,
  redemptionStartShape,
  refundStartShape,
} from "./transaction-shape.ts";

const response = { status: isNumber, body: isText };

const facts: Readonly<Record<Fact["type"], Shape>> = {
  response: isObjectWith({ attempt: isNumber, ...response, at: isInstant }),
  noResponse: isObjectWith({ attempt: isNumber, cause: isText, at: isInstant }),
  interruption: isObjectWith({ attempt: isNumber, at: isInstant }),
  timer: isObjectWith({ attempt: isNumber, timer: isText, at: isInstant }),
  adviceResponse: isObjectWith({ adviceId: isText, ...response, at: isInstant }),
  clockSetBack: isObjectWith({ at: isInstant }),
};

const intended = isObjectWith({ at: isInstant });
const reasoned = isObjectWith({ by: isText, reason: isText, at: isInstant });
const namedReason = isObjectWith({ by: isText, reason: isText });
const list = isListOf(() => true);

const intents: Readonly<Record<Intent["type"], Shape>> = {
  lookUp: intended,
  redeem: isObjectWith({
    request: redeemRequestShape,
    "policy?": policyShape,
    "override?": namedReason,
    at: isInstant,
  }),
  confirm: isObjectWith({ "tenders?": list, "amounts?": amountsShape, at: isInstant }),
  cancel: isObjectWith({ "operator?": namedReason, at: isInstant }),
  paymentStarted: intended,
  handOver: isObjectWith({ "copy?": namedReason, at: isInstant }),
  printed: intended,
  hold: reasoned,
  unhold: reasoned,
  resend: reasoned,
  resolve: isObjectWith({ resolution: isOneOf("confirmed", "reversed"), by: isText, reason: isText, at: isInstant }),
  reconcile: isObjectWith({
    "items?": isListOf(isNumber),
    outcome: isOneOf("agrees", "corrected", "writtenOff"),
    by: isText,
    reason: isText,
    at: isInstant,
  }),
};

/** The steps of a journal: a start, a fact, an intent. */
export const stepShapes: Readonly<Record<`${Transaction["kind"]}Started` | "fact" | "intent", Shape>> = {
  provisionStarted: isObjectWith({ start: provisionStartShape }),
  redemptionStarted: isObjectWith({ start: redemptionStartShape }),
  refundStarted: isObjectWith({ start: refundStartShape }),
  fact: isObjectWith({ fact: isTaggedBy("type", facts) }),
  intent: isObjectWith({ intent: isTaggedBy("type", intents) }),
};
