import { values } from "../persistent-map.ts";
import { lifecycle } from "./authorise.ts";
import { findTransaction } from "./ledger.ts";
import { profiles } from "./provider-profiles.ts";
import type { LedgerTransactionState, VoucherRecord, VoucherState, World } from "./world.ts";

/** Where the vouchers are: `issued` is counted as they are issued, the rest by looking at each. */
export interface Balance {
  readonly issued: number;
  /** Provisioned and not confirmed. */
  readonly open: number;
  /** Confirmed, and ready to be redeemed. */
  readonly confirmed: number;
  readonly redeemed: number;
  /** Refunded and not confirmed: once it is, the voucher can be redeemed again. */
  readonly refunded: number;
  readonly reversed: number;
  /** What does not add up. Empty unless the simulator itself is wrong. */
  readonly discrepancies: readonly string[];
  /** Vouchers of which a transaction is reversed at the switch, while the provider, which takes no reversals, lets it stand. */
  readonly toReconcile: number;
}

/** Adds up the ledger: every voucher issued is in one place, and the transaction that brought it there says so too. */
export function computeBalance(world: World): Balance {
  const vouchers = [...values(world.vouchers)];
  const count = (...states: readonly VoucherState[]): number =>
    vouchers.filter(({ state }) => states.includes(state)).length;
  const countByState = {
    open: count("PROVISIONED"),
    confirmed: count("CONFIRMED_PROVISIONED"),
    redeemed: count("REDEEMED", "CONFIRMED_REDEEMED"),
    refunded: count("REFUNDED"),
    reversed: count("REVERSED"),
  };
  const sum = Object.values(countByState).reduce((total, each) => total + each, 0);
  return {
    issued: world.issued,
    ...countByState,
    discrepancies: [
      ...(sum === world.issued ? [] : [`${world.issued} vouchers were issued, ${sum} are on the books`]),
      ...vouchers.flatMap((voucher) => discrepancyOf(world, voucher)),
    ],
    toReconcile: vouchers.filter((voucher) => isToReconcile(world, voucher)).length,
  };
}

/** The states of a transaction that explain each step of its voucher. */
const explainingStates: Readonly<Record<"approved" | "confirmed" | "reversed", readonly LedgerTransactionState[]>> = {
  approved: ["open", "unknown"],
  confirmed: ["confirmed", "completed", "unknown"],
  reversed: ["reversed"],
};

function discrepancyOf(world: World, { voucher, state, holder, provider }: VoucherRecord): readonly string[] {
  const transaction = findTransaction(world, holder);
  const steps = (["approved", "confirmed", "reversed"] as const).filter(
    (each) => lifecycle[holder.kind][each] === state,
  );
  const isExplained =
    transaction !== undefined &&
    // A provider that takes no advices lets stand what it approved, whatever the switch was told.
    (!profiles[transaction.provider].takesAdvices ||
      // Redemption ids are not checked for repeats: one that went on to another voucher has left this one as it was.
      transaction.voucherCode !== voucher.code ||
      steps.some((step) => explainingStates[step].includes(transaction.state)));
  return isExplained
    ? []
    : [
        `voucher ${voucher.serialNumber ?? provider} is ${state}, its ${holder.kind} ${holder.id} ${transaction?.state ?? "gone"}`,
      ];
}

const isToReconcile = (world: World, { provision, holder }: VoucherRecord): boolean =>
  [provision, holder].some((name) => {
    const transaction = findTransaction(world, name);
    return transaction?.state === "reversed" && !profiles[transaction.provider].takesAdvices;
  });
