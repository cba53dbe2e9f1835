// The operator's words for what the core names. Each word stands here once. What a reason means, who loses and what to do comes from the
// core's table alone (`attentionOf`); here are only the short forms for a column.

import {
  type Attention,
  type AttentionReason,
  printable,
  type Transaction,
  type VoucherRisk,
} from "@electrum-vouchers/core";

const KINDS: Readonly<Record<Transaction["kind"], string>> = {
  provision: "sale",
  redemption: "redemption",
  refund: "refund",
};

/** What an operator calls a kind of transaction. A kind that this release does not know keeps its name. */
export const kindWord = (kind: string): string => new Map(Object.entries(KINDS)).get(kind) ?? printable(kind);

/** The states in which nothing goes on before the till decides, or its time is over. */
export const undecidedStates: readonly Transaction["state"][] = [
  "issued",
  "redeemed",
  "refunded",
  "found",
  "lookupFailed",
];

const REASONS: Readonly<Record<AttentionReason, string>> = {
  lateApproval: "approved late",
  providerTakesNoReversals: "no reversals",
  confirmationAmbiguous: "ambiguous",
  reversalNotFound: "not found",
  acknowledgedUnnamed: "unnamed",
  approvedOtherAmount: "other amount",
  secondVoucher: "second voucher",
  refused: "refused",
  contradicted: "contradicted",
  held: "held",
  overdue: "overdue",
};

const RISKS: Readonly<Record<VoucherRisk, string>> = {
  mayBeLive: "may be live",
  mayBeDead: "may be dead",
  mayBeSpent: "may be spent",
  mayBeUnspent: "may be unspent",
  mayBeRefunded: "may be refunded",
  mayBeUnrefunded: "may not be refunded",
  otherValue: "other value",
  secondVoucher: "two vouchers",
  none: "records differ",
};

/** A reason in two or three words. */
export const reasonWord = (reason: AttentionReason): string => REASONS[reason];

/** A reason, and what may be so with the voucher, in a column. */
export const whyText = ({ reason, voucher }: Pick<Attention, "reason" | "voucher">): string =>
  `${REASONS[reason]}: ${RISKS[voucher]}`;
