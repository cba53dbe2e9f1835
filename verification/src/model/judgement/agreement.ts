import type { Transaction } from "@electrum-vouchers/core";
import {
  someVouchers,
  type Transaction as LedgerEntry,
  transactionsWithId,
  type World,
} from "@electrum-vouchers/simulator";
import { TRANSACTION_ID } from "../fixtures.ts";

/** What till and switch may hold together once nothing is under way any more. */
const together: Readonly<Record<string, readonly (LedgerEntry["state"] | "nothing")[]>> = {
  issued: ["open"],
  redeemed: ["open"],
  completed: ["completed"],
  confirmed: ["confirmed"],
  declined: ["declined", "nothing"],
  reversed: ["reversed", "barred", "declined", "nothing"],
  found: ["nothing"],
  notFound: ["nothing"],
  abandoned: ["nothing"],
};

/** What a provider that hears of every advice may hold together with the till. */
const atProvider: Readonly<Record<string, readonly LedgerEntry["atProvider"][]>> = {
  issued: ["approved"],
  redeemed: ["approved"],
  completed: ["approved"],
  confirmed: ["confirmed"],
  declined: ["unseen", "declined"],
  reversed: ["unseen", "declined", "reversed"],
};

/** A difference between what the till holds and what the others do. */
export interface Disagreement {
  readonly what: string;
  /** The provider takes no reversals, and the till has marked the transaction for reconciliation. */
  readonly isMarked: boolean;
}

/** How switch, provider and vouchers differ from what the till holds; nothing where they agree, or a person has been asked. */
export function disagreements(transaction: Transaction, world: World): readonly Disagreement[] {
  const { kind, state, marks, start } = transaction;
  const allowed = together[state];
  if (allowed === undefined) return [];
  const entry = transactionsWithId(world, TRANSACTION_ID).find((each) => each.kind === kind);
  const ledger = entry?.state ?? "nothing";
  const found = allowed.includes(ledger) ? [] : [`the till holds ${state}, the switch ${ledger}`];
  const provider = entry?.atProvider ?? "unseen";
  // Whoever takes no confirmations lets its approval stand without one.
  const standsAnyway = provider === "approved" && !start.policy.provider.takesConfirmations;
  const standing = state === "confirmed" && standsAnyway ? "confirmed" : provider;
  const agreesAtProvider = atProvider[state]?.includes(standing) ?? true;
  const isMarked = marks.some(({ reason }) => reason === "providerTakesNoReversals");
  return [
    ...[...found, ...voucherFaults(transaction, world)].map((what) => ({ what, isMarked: false })),
    ...(agreesAtProvider ? [] : [{ what: `the till holds ${state}, the provider ${provider}`, isMarked }]),
  ];
}

/** What the voucher of a sale, or the voucher that is redeemed, may be. */
const voucherStates: Readonly<Record<Transaction["kind"], Readonly<Record<string, readonly string[]>>>> = {
  provision: {
    issued: ["PROVISIONED"],
    completed: ["CONFIRMED_PROVISIONED"],
    confirmed: ["CONFIRMED_PROVISIONED"],
    declined: [],
    reversed: ["REVERSED"],
  },
  redemption: {
    redeemed: ["REDEEMED"],
    completed: ["CONFIRMED_REDEEMED"],
    confirmed: ["CONFIRMED_REDEEMED"],
    declined: ["CONFIRMED_PROVISIONED"],
    reversed: ["CONFIRMED_PROVISIONED"],
    found: ["CONFIRMED_PROVISIONED"],
    notFound: ["CONFIRMED_PROVISIONED"],
    abandoned: ["CONFIRMED_PROVISIONED"],
  },
};

function voucherFaults({ kind, state, start }: Transaction, world: World): readonly string[] {
  const vouchers = someVouchers(world, 2);
  if (vouchers.length > 1) return [`${vouchers.length} vouchers were issued`];
  // What such a provider approved stands at once, and whatever it is told.
  const isSettled = state === "confirmed" || state === "completed";
  if (!start.policy.provider.takesReversals && !isSettled) return [];
  const allowed = voucherStates[kind][state] ?? [];
  return vouchers
    .filter((voucher) => !allowed.includes(voucher.state))
    .map((voucher) => `the till holds ${state}, the voucher is ${voucher.state}`);
}
