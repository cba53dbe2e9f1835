import type { ReconciliationItem } from "./machines/finalization-state.ts";
import { policyInForce } from "./policy-in-force.ts";
import type { ProviderProfile } from "./policy.ts";
import type { Transaction } from "./transaction.ts";
import type { TransactionView } from "./view.ts";

// What the operator is told. Whatever a program says about a transaction that needs attention comes from the one table here, so
// that what is said is what is: a *sale* whose reversal the provider never saw may be live, a *redemption* may be spent, a *refund* may have
// given its voucher back.
//
// A cell depends on the kind (who holds what), the reason (what happened), the direction (which way it was finalized) and the
// provider's profile. Rules that follow from the protocol, and hold in every cell:
//   reversed, but perhaps not undone     a sale's voucher may be live: the shop pays for it; a redemption's may be spent: the
//                                        customer has lost it; a refund's may be usable again: the shop gets nothing for it
//   confirmed, but perhaps not done      a sale's voucher may be dead: the customer has paid for it; a redemption's may be
//                                        unspent: the shop has given goods for it; a refund's may still be spent: the customer
//                                        has given back what it was redeemed for
//   a provider that takes no reversals   gets no confirmations either (contract F): what it approved stays approved. So
//                                        whatever becomes of a confirmation, its voucher is as the till believes
// `packages/testkit/src/attention.test.ts` plays every cell against the simulator's ledger.

/** What may be wrong with the voucher. `none`: it is as the till believes, and only records may differ. */
export type VoucherRisk =
  | "mayBeLive"
  | "mayBeDead"
  | "mayBeSpent"
  | "mayBeUnspent"
  | "mayBeRefunded"
  | "mayBeUnrefunded"
  | "otherValue"
  | "secondVoucher"
  | "none";

/** Why a transaction needs attention. */
export type AttentionReason = ReconciliationItem["reason"] | "refused" | "contradicted" | "held" | "overdue";

/** Which way a transaction was, or is being, finalized. An approval that is not decided yet counts as confirmed. */
export type AttentionDirection = "confirmed" | "reversed";

/** What a reason means, and what to do about it. Every text is a whole sentence, and holds no secret. */
export interface Attention {
  readonly reason: AttentionReason;
  readonly voucher: VoucherRisk;
  /** Who loses if it is so. */
  readonly loser: "shop" | "customer" | "none";
  /** What happened, and what may be so now. */
  readonly meaning: string;
  /** What the operator checks, and with whom. */
  readonly check: string;
  /** What settles it. */
  readonly settledBy: string;
}

/** A cell of the table: a situation that can arise, and what may be lost in it. */
export interface AttentionCell extends Pick<Attention, "reason" | "voucher" | "loser"> {
  readonly kind: Transaction["kind"];
  readonly direction: AttentionDirection;
  /** As in the provider's profile. */
  readonly takesReversals: boolean;
}

type Loss = Pick<Attention, "voucher" | "loser">;

/** What may be lost, with a provider that takes reversals and with one that does not. An absent loss cannot arise. */
interface Losses {
  readonly taken?: Loss;
  readonly notTaken?: Loss;
}

type Row = { readonly [Direction in AttentionDirection]?: Losses };

const same = (loss: Loss): Required<Losses> => ({ taken: loss, notTaken: loss });

const noLoss: Loss = { voucher: "none", loser: "none" };

const live: Loss = { voucher: "mayBeLive", loser: "shop" };
const saleReversed: Required<Losses> = same(live);
const saleConfirmed: Required<Losses> = { taken: { voucher: "mayBeDead", loser: "customer" }, notTaken: noLoss };

const spent: Loss = { voucher: "mayBeSpent", loser: "customer" };
const redemptionReversed: Required<Losses> = same(spent);
const redemptionConfirmed: Required<Losses> = { taken: { voucher: "mayBeUnspent", loser: "shop" }, notTaken: noLoss };

const refunded: Loss = { voucher: "mayBeRefunded", loser: "shop" };
const refundReversed: Required<Losses> = same(refunded);
const refundConfirmed: Required<Losses> = {
  taken: { voucher: "mayBeUnrefunded", loser: "customer" },
  notTaken: noLoss,
};

/** The table. A direction that is absent cannot arise. */
const table: Readonly<Record<Transaction["kind"], Readonly<Record<AttentionReason, Row>>>> = {
  provision: {
    lateApproval: { confirmed: saleConfirmed, reversed: saleReversed },
    providerTakesNoReversals: { reversed: { notTaken: live } },
    // VOUCHER_NOT_REDEEMED is no response to the confirmation of a sale.
    confirmationAmbiguous: {},
    reversalNotFound: { reversed: saleReversed },
    acknowledgedUnnamed: { confirmed: saleConfirmed, reversed: saleReversed },
    approvedOtherAmount: {
      confirmed: same({ voucher: "otherValue", loser: "shop" }),
      reversed: { taken: noLoss, notTaken: live },
    },
    // The advice finalizes one of the two.
    secondVoucher: { confirmed: same({ voucher: "secondVoucher", loser: "shop" }), reversed: saleReversed },
    refused: { confirmed: saleConfirmed, reversed: saleReversed },
    contradicted: { confirmed: saleConfirmed, reversed: saleReversed },
    held: { confirmed: saleConfirmed, reversed: saleReversed },
    overdue: { confirmed: saleConfirmed },
  },
  redemption: {
    // An approval that the till has confirmed was in time, and a redemption is not sent again.
    lateApproval: { reversed: redemptionReversed },
    providerTakesNoReversals: { reversed: { notTaken: spent } },
    confirmationAmbiguous: { confirmed: redemptionConfirmed },
    reversalNotFound: { reversed: redemptionReversed },
    acknowledgedUnnamed: { confirmed: redemptionConfirmed, reversed: redemptionReversed },
    approvedOtherAmount: {
      confirmed: same({ voucher: "otherValue", loser: "customer" }),
      reversed: { taken: noLoss, notTaken: spent },
    },
    secondVoucher: { confirmed: redemptionReversed, reversed: redemptionReversed },
    refused: { confirmed: redemptionConfirmed, reversed: redemptionReversed },
    contradicted: { confirmed: redemptionConfirmed, reversed: redemptionReversed },
    held: { confirmed: redemptionConfirmed, reversed: redemptionReversed },
    overdue: { confirmed: redemptionConfirmed },
  },
  refund: {
    // As for a redemption, the other way round: what is confirmed gives the customer the voucher back.
    lateApproval: { reversed: refundReversed },
    providerTakesNoReversals: { reversed: { notTaken: refunded } },
    confirmationAmbiguous: { confirmed: refundConfirmed },
    reversalNotFound: { reversed: refundReversed },
    acknowledgedUnnamed: { confirmed: refundConfirmed, reversed: refundReversed },
    approvedOtherAmount: {
      confirmed: same({ voucher: "otherValue", loser: "shop" }),
      reversed: { taken: noLoss, notTaken: refunded },
    },
    secondVoucher: { confirmed: refundReversed, reversed: refundReversed },
    refused: { confirmed: refundConfirmed, reversed: refundReversed },
    contradicted: { confirmed: refundConfirmed, reversed: refundReversed },
    held: { confirmed: refundConfirmed, reversed: refundReversed },
    overdue: { confirmed: refundConfirmed },
  },
};

/** What may be lost in a situation that the table says cannot arise, should it be stored all the same. */
const usual: Readonly<Record<Transaction["kind"], Readonly<Record<AttentionDirection, Required<Losses>>>>> = {
  provision: { confirmed: saleConfirmed, reversed: saleReversed },
  redemption: { confirmed: redemptionConfirmed, reversed: redemptionReversed },
  refund: { confirmed: refundConfirmed, reversed: refundReversed },
};

const isReason = (key: string): key is AttentionReason => Object.hasOwn(table.provision, key);

const kinds: readonly Transaction["kind"][] = ["provision", "redemption", "refund"];
const reasons: readonly AttentionReason[] = Object.keys(table.provision).filter(isReason);
const directions: readonly AttentionDirection[] = ["confirmed", "reversed"];

/** The whole table, cell by cell, for a program that shows it or checks it. */
export const attentionTable: readonly AttentionCell[] = kinds.flatMap((kind) =>
  reasons.flatMap((reason) =>
    directions.flatMap((direction) =>
      [true, false].flatMap((takesReversals) => {
        const loss = lossOf(kind, reason, direction, takesReversals);
        return loss === undefined ? [] : [{ kind, reason, direction, takesReversals, ...loss }];
      }),
    ),
  ),
);

function lossOf(
  kind: Transaction["kind"],
  reason: AttentionReason,
  direction: AttentionDirection,
  takesReversals: boolean,
): Loss | undefined {
  const losses = table[kind][reason][direction];
  return takesReversals ? losses?.taken : losses?.notTaken;
}

/** Everything about a transaction that needs attention, in the order in which it came up; nothing if nothing does. */
export function attentionOf(transaction: Transaction | TransactionView): readonly Attention[] {
  const direction = directionOf(transaction);
  const { provider } = policyInForce(transaction);
  const items = transaction.reconciliation.filter(({ settled }) => settled === undefined).map(({ reason }) => reason);
  return [...reasonsInState(transaction), ...items].map((reason) =>
    explainAttention(transaction.kind, reason, direction, provider),
  );
}

/** What the state itself asks of an operator. */
function reasonsInState(transaction: Transaction | TransactionView): readonly AttentionReason[] {
  switch (transaction.state) {
    case "disputed":
      return [transaction.dispute.reason];
    case "confirming":
    case "reversing":
      return transaction.held === undefined ? [] : ["held"];
    case "issued":
    case "redeemed":
    case "refunded":
      return transaction.overdueAt === undefined ? [] : ["overdue"];
    default:
      return [];
  }
}

/**
 * What a reason means.
 *
 * @example
 * explainAttention("redemption", "providerTakesNoReversals", "reversed", stellr).voucher // "mayBeSpent"
 */
export function explainAttention(
  kind: Transaction["kind"],
  reason: AttentionReason,
  direction: AttentionDirection,
  { name, takesReversals }: ProviderProfile,
): Attention {
  const loss =
    lossOf(kind, reason, direction, takesReversals) ?? usual[kind][direction][takesReversals ? "taken" : "notTaken"];
  return {
    reason,
    ...loss,
    meaning: `${happened[reason](name)} ${risks[loss.voucher]}`,
    check: checks[loss.voucher](name),
    settledBy: settlements[loss.voucher],
  };
}

const directionOf = (transaction: Transaction | TransactionView): AttentionDirection =>
  upheldStates.includes("finalizing" in transaction ? transaction.finalizing.state : transaction.state)
    ? "confirmed"
    : "reversed";

/** The approval stands. A declined transaction is as good as reversed. */
const upheldStates: readonly Transaction["state"][] = [
  "issued",
  "redeemed",
  "refunded",
  "confirming",
  "confirmed",
  "completed",
];

const happened: Readonly<Record<AttentionReason, (provider: string) => string>> = {
  lateApproval: () => "Electrum approved it after the till had ended it another way, or while its end was in dispute.",
  providerTakesNoReversals: (provider) =>
    `Electrum has acknowledged the reversal, but ${provider} takes no reversals and never sees it.`,
  confirmationAmbiguous: () => "Electrum's response to the confirmation cannot tell a repeat from a refusal.",
  reversalNotFound: () => "Electrum says that it does not know the transaction, though there was something to reverse.",
  acknowledgedUnnamed: () =>
    "Only responses that name no message have acknowledged the advice; a gateway may have sent them.",
  approvedOtherAmount: () => "Electrum approved more than was asked for, or in another currency.",
  secondVoucher: () => "Electrum responded to one transaction with two vouchers.",
  refused: () => "Electrum refuses the advice for good.",
  contradicted: () => "Electrum holds the opposite of what the till has decided.",
  held: () => "An operator holds the advice back, so that Electrum does not learn what the till has decided.",
  overdue: () => "The time to decide is over, and the till has not said whether the customer has paid.",
};

const risks: Readonly<Record<VoucherRisk, string>> = {
  mayBeLive: "The voucher may be live or used, and the shop may be billed for it, though no customer has paid for it.",
  mayBeDead: "The voucher may not be live, though a customer has paid for it.",
  mayBeSpent: "The voucher may be spent, though the customer got nothing for it.",
  mayBeUnspent: "The voucher may be unspent, though the shop has given goods for it.",
  mayBeRefunded: "The voucher may be usable again, though the shop keeps what it was redeemed for.",
  mayBeUnrefunded: "The voucher may still be spent, though the customer was told that it is refunded.",
  otherValue: "The voucher's value differs from what the customer agreed to.",
  secondVoucher: "A second voucher may be live, and the shop may be billed for both.",
  none: "The voucher is as the till believes; only the records of Electrum and the provider may differ.",
};

const checks: Readonly<Record<VoucherRisk, (provider: string) => string>> = {
  mayBeLive: (provider) => `Ask ${provider}, through Electrum, whether the voucher is live, and have it voided.`,
  mayBeDead: (provider) => `Ask Electrum whether ${provider} has the confirmation, and have the voucher made live.`,
  mayBeSpent: (provider) =>
    `Ask ${provider}, through Electrum, whether the voucher is spent, and have it made usable again.`,
  mayBeUnspent: (provider) =>
    `Ask Electrum whether ${provider} has the confirmation, and have the voucher marked as spent.`,
  mayBeRefunded: (provider) =>
    `Ask ${provider}, through Electrum, whether the voucher is refunded, and have it marked as spent.`,
  mayBeUnrefunded: (provider) =>
    `Ask Electrum whether ${provider} has the confirmation, and have the voucher made usable again.`,
  otherValue: (provider) => `Compare the approved amount with ${provider}'s record and with the slip.`,
  secondVoucher: (provider) =>
    `Ask ${provider}, through Electrum, which vouchers are live, and have the second one voided.`,
  none: (provider) => `Compare Electrum's record of the transaction with ${provider}'s.`,
};

const settlements: Readonly<Record<VoucherRisk, string>> = {
  mayBeLive: "The provider confirms that the voucher is void, or the shop accepts the cost.",
  mayBeDead: "The provider confirms that the voucher is live, or the customer is refunded.",
  mayBeSpent: "The provider confirms that the voucher is unspent, or the customer is compensated.",
  mayBeUnspent: "The provider confirms that the voucher is spent, or the shop accepts the loss.",
  mayBeRefunded: "The provider confirms that the voucher is spent, or the shop accepts the loss.",
  mayBeUnrefunded: "The provider confirms that the voucher is refunded, or the customer is compensated.",
  otherValue: "The difference is charged or refunded.",
  secondVoucher: "The provider confirms that one of the two is void, or the shop accepts the cost.",
  none: "The two records agree, or Electrum corrects its own.",
};
