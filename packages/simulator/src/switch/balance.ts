import { values } from "../persistent-map.ts";
import { lifecycle } from "./authorise.ts";
import { findTransaction } from "./ledger.ts";
import { takesAllAdvices } from "./provider-profiles.ts";
import {
  type LedgerTransactionState,
  providerNamed,
  type VoucherRecord,
  type VoucherState,
  type World,
} from "./world.ts";

/** The vouchers by state. `issued` is counted as vouchers are issued; the other numbers are counted from the vouchers themselves. */
export interface Balance {
  readonly issued: number;
  /** Provisioned and not confirmed. */
  readonly open: number;
  /** Confirmed, and ready to be redeemed. */
  readonly confirmed: number;
  readonly redeemed: number;
  /** Refunded and not confirmed. Once it is confirmed, the voucher can be redeemed again. */
  readonly refunded: number;
  readonly reversed: number;
  /** Contradictions in the ledger. Empty unless the simulator itself has a defect. */
  readonly discrepancies: readonly string[];
  /** Vouchers with a transaction that is reversed at the switch, but not at the provider, which takes no reversals. */
  readonly toReconcile: number;
}

/** Checks the ledger: every voucher that was issued is in one state, and the transaction that brought it there agrees. */
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
      ...(sum === world.issued ? [] : [`${world.issued} vouchers were issued, the ledger holds ${sum}`]),
      ...vouchers.flatMap((voucher) => discrepancyOf(world, voucher)),
    ],
    toReconcile: vouchers.filter((voucher) => isToReconcile(world, voucher)).length,
  };
}

/** The states of a transaction that explain each state of its voucher. */
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
    // A provider that does not take an advice keeps what it approved, whatever the switch received.
    (!takesAllAdvices(providerNamed(world, transaction.provider).profile) ||
      // Redemption ids are not checked for repeats. If one was used again for another voucher, this voucher stayed as it was.
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
    return transaction?.state === "reversed" && !providerNamed(world, transaction.provider).profile.takesReversals;
  });
