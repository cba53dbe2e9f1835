// What a stored transaction must have, so that nothing that reads it throws. Its checksum shows that it is what was written; this shows that
// what was written is a transaction. A record that another program wrote, with a checksum of its own, is damaged like any other.
//
// Rules
// 1. Every field that the types call required is there, and is of its type. A name that chooses what is done is one of those that are known.
// 2. The request and the lookup were validated when they came in. Of them this asks for what is read without care: ids, amounts.
// 3. The tables have every state and every reason, or they do not compile.

import type { ReconciliationItem } from "../machines/finalization-state.ts";
import type { Provision } from "../machines/provision-state.ts";
import type { Redemption } from "../machines/redemption-state.ts";
import type { Refund } from "../machines/refund-state.ts";
import { operationsOf } from "../messages/operations.ts";
import {
  isAllOf,
  isAnyObject,
  isFlag,
  isInstant,
  isListOf,
  isNumber,
  isObjectWith,
  isOneOf,
  type Shape,
  isTaggedBy,
  isText,
  isWholeNumber,
} from "./shape.ts";

const amount = isObjectWith({ amount: isNumber, currency: isText });
const wholeAmount = isObjectWith({ amount: isWholeNumber, currency: isText });
export const amountsShape: Shape = isObjectWith({ "requestAmount?": wholeAmount, "approvedAmount?": wholeAmount });
const institution = isObjectWith({ id: isText });
const list = isListOf(() => true);

const backoff = isObjectWith({ initialMs: isNumber, multiplier: isNumber, maxMs: isNumber });

export const policyShape: Shape = isObjectWith({
  messaging: isOneOf("dual", "single"),
  provider: isObjectWith({ name: isText, takesRetries: isFlag, takesReversals: isFlag }),
  retries: isNumber,
  retryBackoff: backoff,
  replyDeadlineMs: isNumber,
  "customerWaitMs?": isNumber,
  "decisionDeadlineMs?": isNumber,
  onDecisionDeadline: isOneOf("reverse", "alert"),
  tracksPrinting: isFlag,
  lookupRetries: isNumber,
  lookupBackoff: backoff,
  lookupExpiryMs: isNumber,
  unnamedRepeatMs: isNumber,
  lookupAfterMs: isNumber,
});

const requestFields = {
  id: isText,
  client: institution,
  originator: isObjectWith({ "terminalId?": isText }),
  "receiver?": institution,
  "amounts?": amountsShape,
  "thirdPartyIdentifiers?": list,
};

/** What a redemption redeems, or a refund refunds. */
export const redeemRequestShape: Shape = isObjectWith({ ...requestFields, voucher: isObjectWith({ code: isText }) });

const start = {
  confirmationId: isText,
  reversalId: isText,
  policy: policyShape,
  "correlation?": isText,
  at: isInstant,
};

const error = isObjectWith({
  status: isNumber,
  "errorType?": isText,
  "errorMessage?": isText,
  "providerErrorCode?": isText,
  "providerErrorMessage?": isText,
  "formatErrors?": isListOf(isObjectWith({ "field?": isText, "message?": isText })),
});

const unknownOutcome = isObjectWith({ attempt: isNumber, at: isInstant, cause: isText, "error?": error });

const reversalReason = isOneOf("TIMEOUT", "CANCELLED", "RESPONSE_NOT_FINAL");

const inDoubt = isObjectWith({
  first: unknownOutcome,
  last: unknownOutcome,
  reason: reversalReason,
  "latestDeadlineAt?": isInstant,
  "foreignResponses?": isNumber,
});

const approval = isObjectWith({ attempt: isNumber, at: isInstant, response: isAnyObject });

const decision = isObjectWith({
  outcome: isOneOf("confirm", "reverse"),
  by: isOneOf("till", "deadline", "protocol"),
  at: isInstant,
});

const adviceFields = {
  id: isText,
  requestId: isText,
  time: isText,
  thirdPartyIdentifiers: list,
  "amounts?": amountsShape,
};
const confirmation = isObjectWith({
  operation: isOneOf(...operationsOf("confirmation")),
  message: isObjectWith({ ...adviceFields, "tenders?": list }),
});
const reversal = isObjectWith({
  operation: isOneOf(...operationsOf("reversal")),
  message: isObjectWith({ ...adviceFields, reversalReason }),
});

const dispute = isObjectWith({ reason: isOneOf("refused", "contradicted"), error, at: isInstant });

const resolution = isObjectWith({
  resolution: isOneOf("confirmed", "reversed"),
  by: isText,
  reason: isText,
  at: isInstant,
});

/** The customer is about to pay, or has paid. */
const payment = isObjectWith({ at: isInstant, "by?": isText, "reference?": isText });

/** The states from an approval on. */
function statesAfter(approved: Shape) {
  const finalizing = isTaggedBy("state", {
    confirming: isObjectWith({ decision, approval: approved, advice: confirmation, "notBefore?": isInstant }),
    reversing: isObjectWith({
      decision,
      advice: reversal,
      notBefore: isInstant,
      "inDoubt?": inDoubt,
      "lateApproval?": approval,
    }),
  });
  return {
    undecided: isObjectWith({
      approval: approved,
      "decideBy?": isInstant,
      "payment?": payment,
      "overdueAt?": isInstant,
      "inDoubt?": inDoubt,
    }),
    completed: isObjectWith({ approval: approved }),
    finalization: {
      confirming: finalizing,
      reversing: finalizing,
      confirmed: isObjectWith({
        decision,
        approval: approved,
        advice: confirmation,
        acknowledgement: isText,
        at: isInstant,
      }),
      reversed: isObjectWith({
        decision,
        advice: reversal,
        acknowledgement: isText,
        at: isInstant,
        "inDoubt?": inDoubt,
      }),
      disputed: isObjectWith({ finalizing, dispute }),
      resolved: isObjectWith({ finalizing, dispute, resolution }),
    },
  };
}

const { undecided, completed, finalization } = statesAfter(approval);

/** What was approved of a sale always holds a voucher with a code. */
const sold = statesAfter(
  isAllOf(approval, isObjectWith({ response: isObjectWith({ voucher: isObjectWith({ code: isText }) }) })),
);

const declined = isObjectWith({ at: isInstant, error, "cancelledAt?": isInstant });

/** The states of each kind, with what each must have. */
const provision: Readonly<Record<Provision["state"], Shape>> = {
  requesting: isObjectWith({
    attempt: isNumber,
    deadlineAt: isInstant,
    "cancelledAt?": isInstant,
    "inDoubt?": inDoubt,
  }),
  waitingToRetry: isObjectWith({ attempt: isNumber, retryAt: isInstant, inDoubt }),
  issued: sold.undecided,
  completed: sold.completed,
  declined,
  ...sold.finalization,
};

const round = isObjectWith({ firstAttempt: isNumber, startedAt: isInstant });

const redeem = isObjectWith({
  redeem: isObjectWith({
    request: redeemRequestShape,
    attempt: isNumber,
    at: isInstant,
    "policy?": policyShape,
  }),
});

const redemption: Readonly<Record<Redemption["state"], Shape>> = {
  lookingUp: isObjectWith({ attempt: isNumber, deadlineAt: isInstant, round }),
  waitingToLookUp: isObjectWith({ attempt: isNumber, lookUpAt: isInstant, round }),
  lookupFailed: isObjectWith({
    attempt: isNumber,
    at: isInstant,
    expiresAt: isInstant,
    reason: isText,
    "error?": error,
    "unknown?": unknownOutcome,
  }),
  found: isObjectWith({ attempt: isNumber, at: isInstant, expiresAt: isInstant, response: isAnyObject }),
  abandoned: isObjectWith({ at: isInstant }),
  redeeming: isAllOf(redeem, isObjectWith({ deadlineAt: isInstant, "cancelledAt?": isInstant })),
  redeemed: isAllOf(redeem, undecided),
  completed: isAllOf(redeem, completed),
  declined: isAllOf(redeem, declined),
  confirming: isAllOf(redeem, finalization.confirming),
  reversing: isAllOf(redeem, finalization.reversing),
  confirmed: isAllOf(redeem, finalization.confirmed),
  reversed: isAllOf(redeem, finalization.reversed),
  disputed: isAllOf(redeem, finalization.disputed),
  resolved: isAllOf(redeem, finalization.resolved),
};

const refund: Readonly<Record<Refund["state"], Shape>> = {
  requesting: isObjectWith({ attempt: isNumber, deadlineAt: isInstant, "cancelledAt?": isInstant }),
  refunded: undecided,
  completed,
  declined,
  ...finalization,
};

const evidence = isObjectWith({ at: isInstant, attempt: isNumber, response: isAnyObject });

const items: Readonly<Record<ReconciliationItem["reason"], Shape>> = {
  lateApproval: evidence,
  providerTakesNoReversals: isObjectWith({ at: isInstant, provider: isText }),
  confirmationAmbiguous: isObjectWith({ at: isInstant }),
  reversalNotFound: isObjectWith({ at: isInstant, status: isNumber, "approval?": approval }),
  acknowledgedUnnamed: isObjectWith({ at: isInstant, status: isNumber }),
  approvedOtherAmount: isObjectWith({ at: isInstant, requested: amount, approved: amount }),
  secondVoucher: evidence,
};

const reconciliation = isListOf(isTaggedBy("reason", items));

const handedOver = isObjectWith({ at: isInstant, copies: isNumber, "printedAt?": isInstant });

export const provisionStartShape: Shape = isObjectWith({ ...start, request: isObjectWith(requestFields) });

export const redemptionStartShape: Shape = isObjectWith({
  ...start,
  id: isText,
  lookup: isObjectWith({ "voucherCode?": isText, "receiverInstId?": isText }),
  "client?": isText,
  "terminal?": isText,
});

export const refundStartShape: Shape = isObjectWith({
  ...start,
  request: isAllOf(redeemRequestShape, isObjectWith({ "redemptionId?": isText })),
});

/** What a transaction of each kind must have, in any state. */
const headOf = (startShape: Shape): Shape =>
  isObjectWith({ id: isText, start: startShape, reconciliation, "handedOver?": handedOver });

/** Whether a value is a transaction, in a state that this release knows. */
export const hasTransactionShape: Shape = isTaggedBy("kind", {
  provision: isAllOf(headOf(provisionStartShape), isTaggedBy("state", provision)),
  redemption: isAllOf(headOf(redemptionStartShape), isTaggedBy("state", redemption)),
  refund: isAllOf(headOf(refundStartShape), isTaggedBy("state", refund)),
});
