import type { Transaction } from "@electrum-vouchers/core";
import {
  firstVouchers,
  type LedgerTransaction as LedgerEntry,
  transactionsWithId,
  type World,
} from "@electrum-vouchers/simulator";
import { TRANSACTION_ID } from "../fixtures.ts";

/** What till and switch may hold together once nothing is under way any more. */
const ledgerStates: Readonly<Record<string, readonly (LedgerEntry["state"] | "nothing")[]>> = {
  issued: ["open"],
  redeemed: ["open"],
  completed: ["completed"],
  confirmed: ["confirmed"],
  declined: ["declined", "nothing"],
  reversed: ["reversed", "blocked", "declined", "nothing"],
  found: ["nothing"],
  notFound: ["nothing"],
  abandoned: ["nothing"],
};

/** What a provider that hears of every advice may hold together with the till. */
const providerStates: Readonly<Record<string, readonly LedgerEntry["providerState"][]>> = {
  issued: ["approved"],
  redeemed: ["approved"],
  completed: ["approved"],
  confirmed: ["confirmed"],
  declined: ["notReceived", "declined"],
  reversed: ["notReceived", "declined", "reversed"],
};

/** A difference between what the till holds and what the others do. */
export interface Disagreement {
  readonly description: string;
  /** The provider takes no reversals, and the till has marked the transaction for reconciliation. */
  readonly isForReconciliation: boolean;
}

/** How switch, provider and vouchers differ from what the till holds; nothing where they agree, or a person has been asked. */
export function findDisagreements(transaction: Transaction, world: World): readonly Disagreement[] {
  const { kind, state, reconciliation, start } = transaction;
  const allowed = ledgerStates[state];
  if (allowed === undefined) return [];
  const entry = transactionsWithId(world, TRANSACTION_ID).find((each) => each.kind === kind);
  const ledger = entry?.state ?? "nothing";
  const found = allowed.includes(ledger) ? [] : [`the till holds ${state}, the switch ${ledger}`];
  const provider = entry?.providerState ?? "notReceived";
  // A provider that takes no advices lets its approval stand without one.
  const isFinalAnyway = provider === "approved" && !start.policy.provider.takesReversals;
  const effectiveState = state === "confirmed" && isFinalAnyway ? "confirmed" : provider;
  const agreesAtProvider = providerStates[state]?.includes(effectiveState) ?? true;
  const isForReconciliation = reconciliation.some(({ reason }) => reason === "providerTakesNoReversals");
  return [
    ...[...found, ...checkVouchers(transaction, world)].map((description) => ({
      description,
      isForReconciliation: false,
    })),
    ...(agreesAtProvider
      ? []
      : [{ description: `the till holds ${state}, the provider ${provider}`, isForReconciliation }]),
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

function checkVouchers({ kind, state, start }: Transaction, world: World): readonly string[] {
  const vouchers = firstVouchers(world, 2);
  if (vouchers.length > 1) return [`${vouchers.length} vouchers were issued`];
  // What such a provider approved stands at once, and whatever it is told.
  const isSettled = state === "confirmed" || state === "completed";
  if (!start.policy.provider.takesReversals && !isSettled) return [];
  const allowed = voucherStates[kind][state] ?? [];
  return vouchers
    .filter((voucher) => !allowed.includes(voucher.state))
    .map((voucher) => `the till holds ${state}, the voucher is ${voucher.state}`);
}
