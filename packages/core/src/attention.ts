import type { ReconciliationItem } from "./machines/finalization-state.ts";
import type { Transaction } from "./transaction.ts";

// What the operator is told. Whatever a program says about a transaction that needs attention comes from the one table here, so
// that what is said is what is: a *sale* whose reversal the provider never saw may be live, a *redemption* may be spent.
//
// A row depends on the kind (who holds what), the reason (what happened) and the direction (which way it was finalized). Two
// rules follow from the protocol, and hold in every row:
//   reversed, but perhaps not undone     a sale's voucher may be live: the shop pays for it; a redemption's may be spent: the
//                                        customer has lost it
//   confirmed, but perhaps not done      a sale's voucher may be dead: the customer has paid for it; a redemption's may be
//                                        unspent: the shop has given goods for it

/** What may be wrong with the voucher. */
export type VoucherRisk = "mayBeLive" | "mayBeDead" | "mayBeSpent" | "mayBeUnspent" | "otherValue" | "secondVoucher";

/** Why a transaction needs attention. */
export type AttentionReason = ReconciliationItem["reason"] | "refused" | "contradicted";

/** What a reason means, and what to do about it. Every text is a whole sentence, and holds no secret. */
export interface Attention {
  readonly reason: AttentionReason;
  readonly voucher: VoucherRisk;
  /** Who loses if it is so. */
  readonly loser: "shop" | "customer";
  /** What happened, and what may be so now. */
  readonly meaning: string;
  /** What the operator checks, and with whom. */
  readonly check: string;
  /** What settles it. */
  readonly settledBy: string;
}

type Direction = "confirmed" | "reversed";
type Cell = Pick<Attention, "voucher" | "loser">;

/** What may be wrong if the finalization did not take place as the till believes. */
const undone: Readonly<Record<Transaction["kind"], Readonly<Record<Direction, Cell>>>> = {
  provision: {
    confirmed: { voucher: "mayBeDead", loser: "customer" },
    reversed: { voucher: "mayBeLive", loser: "shop" },
  },
  redemption: {
    confirmed: { voucher: "mayBeUnspent", loser: "shop" },
    reversed: { voucher: "mayBeSpent", loser: "customer" },
  },
};

/** Everything about a transaction that needs attention, in the order in which it came up; nothing if nothing does. */
export function attentionOf(transaction: Transaction): readonly Attention[] {
  const direction = directionOf(transaction);
  const provider = providerOf(transaction);
  const dispute: readonly AttentionReason[] = transaction.state === "disputed" ? [transaction.dispute.reason] : [];
  const reasons = [...dispute, ...transaction.reconciliation.map(({ reason }) => reason)];
  return reasons.map((reason) => explainAttention(transaction.kind, reason, direction, provider));
}

/**
 * What a reason means.
 *
 * @example
 * explainAttention("redemption", "providerTakesNoReversals", "reversed", "Stellr").voucher // "mayBeSpent"
 */
export function explainAttention(
  kind: Transaction["kind"],
  reason: AttentionReason,
  direction: Direction,
  provider: string,
): Attention {
  const cell = cellOf(kind, reason, direction);
  return {
    reason,
    ...cell,
    meaning: `${happened[reason](provider)} ${risks[cell.voucher]}`,
    check: checks[cell.voucher](provider),
    settledBy: settlements[cell.voucher],
  };
}

function cellOf(kind: Transaction["kind"], reason: AttentionReason, direction: Direction): Cell {
  switch (reason) {
    case "approvedOtherAmount":
      return { voucher: "otherValue", loser: kind === "provision" ? "shop" : "customer" };
    case "secondVoucher":
      return { voucher: "secondVoucher", loser: kind === "provision" ? "shop" : "customer" };
    case "lateApproval":
    case "providerTakesNoReversals":
    case "reversalNotFound":
      return undone[kind].reversed;
    case "confirmationAmbiguous":
      return undone[kind].confirmed;
    default:
      return undone[kind][direction];
  }
}

/** Which way the transaction was, or is being, finalized. A declined one is as good as reversed. */
function directionOf(transaction: Transaction): Direction {
  const finalizing = "finalizing" in transaction ? transaction.finalizing.state : transaction.state;
  return finalizing === "confirming" || finalizing === "confirmed" || finalizing === "completed"
    ? "confirmed"
    : "reversed";
}

const providerOf = (transaction: Transaction): string =>
  ("redeem" in transaction ? transaction.redeem.policy : undefined)?.provider.name ??
  transaction.start.policy.provider.name;

const happened: Readonly<Record<AttentionReason, (provider: string) => string>> = {
  lateApproval: () => "Electrum approved it after the till had ended it another way.",
  providerTakesNoReversals: (provider) =>
    `Electrum has acknowledged the reversal, but ${provider} takes no reversals and never sees it.`,
  confirmationAmbiguous: () => "Electrum's answer to the confirmation cannot tell a repeat from a refusal.",
  reversalNotFound: () => "Electrum says that it does not know the transaction, though there was something to reverse.",
  acknowledgedUnnamed: () =>
    "Only answers that name no message have acknowledged the advice; a gateway may have given them.",
  approvedOtherAmount: () => "Electrum approved more than was asked for, or in another currency.",
  secondVoucher: () => "Electrum answered one transaction with two vouchers.",
  refused: () => "Electrum refuses the advice for good.",
  contradicted: () => "Electrum holds the opposite of what the till has decided.",
};

const risks: Readonly<Record<VoucherRisk, string>> = {
  mayBeLive: "The voucher may be live, and the shop may be billed for it, though no customer holds it.",
  mayBeDead: "The voucher may not be live, though a customer has paid for it.",
  mayBeSpent: "The voucher may be spent, though the customer got nothing for it.",
  mayBeUnspent: "The voucher may be unspent, though the shop has given goods for it.",
  otherValue: "The voucher's value differs from what the customer agreed to.",
  secondVoucher: "A second voucher may be live, and the shop may be billed for both.",
};

const checks: Readonly<Record<VoucherRisk, (provider: string) => string>> = {
  mayBeLive: (provider) => `Ask ${provider}, through Electrum, whether the voucher is live, and have it voided.`,
  mayBeDead: (provider) => `Ask Electrum whether ${provider} has the confirmation, and have the voucher made live.`,
  mayBeSpent: (provider) =>
    `Ask ${provider}, through Electrum, whether the voucher is spent, and have it made usable again.`,
  mayBeUnspent: (provider) =>
    `Ask Electrum whether ${provider} has the confirmation, and have the voucher marked as spent.`,
  otherValue: (provider) => `Compare the approved amount with ${provider}'s record and with the slip.`,
  secondVoucher: (provider) =>
    `Ask ${provider}, through Electrum, which vouchers are live, and have the second one voided.`,
};

const settlements: Readonly<Record<VoucherRisk, string>> = {
  mayBeLive: "The provider confirms that the voucher is void, or the shop accepts the cost.",
  mayBeDead: "The provider confirms that the voucher is live, or the customer is refunded.",
  mayBeSpent: "The provider confirms that the voucher is unspent, or the customer is compensated.",
  mayBeUnspent: "The provider confirms that the voucher is spent, or the shop accepts the loss.",
  otherValue: "The difference is charged or refunded.",
  secondVoucher: "The provider confirms that one of the two is void.",
};
