import type { Transaction } from "@electrum-vouchers/core";
import {
  findVoucher,
  type LedgerTransaction as LedgerEntry,
  transactionsWithId,
  type VoucherRecord,
  type World,
} from "@electrum-vouchers/simulator";
import { finalStateOf } from "./promises.ts";

/** How another party differs from what the till holds. */
export interface Disagreement {
  readonly description: string;
  /** The provider takes no reversals: what it approved stands, whatever it is told. */
  readonly isFinalAtProvider: boolean;
}

/** What the switch, the provider and the voucher may be for a state of the till's, once nothing is under way. */
interface ExpectedCounterpart {
  readonly ledger: readonly (LedgerEntry["state"] | "nothing")[];
  readonly provider: readonly LedgerEntry["providerState"][];
  /** `another's`: there is none, or another transaction brought it into its state. `refunded`: a refund of the redemption did. */
  readonly voucher: readonly (VoucherRecord["state"] | "another's" | "refunded")[];
}

const nothingHappened: ExpectedCounterpart = { ledger: ["nothing"], provider: ["notReceived"], voucher: ["another's"] };

/** The voucher of a sale that stands. A customer may have redeemed it since. */
const sold = ["CONFIRMED_PROVISIONED", "REDEEMED", "CONFIRMED_REDEEMED"] as const;

const undone: Pick<ExpectedCounterpart, "ledger" | "provider"> = {
  ledger: ["reversed", "blocked"],
  provider: ["notReceived", "declined", "reversed"],
};

const declined: ExpectedCounterpart = {
  ledger: ["declined", "nothing"],
  provider: ["notReceived", "declined"],
  voucher: ["another's"],
};

const counterparts: Readonly<
  Record<Transaction["kind"], Readonly<Partial<Record<Transaction["state"], ExpectedCounterpart>>>>
> = {
  provision: {
    issued: { ledger: ["open"], provider: ["approved"], voucher: ["PROVISIONED"] },
    completed: { ledger: ["completed"], provider: ["approved"], voucher: sold },
    confirmed: { ledger: ["confirmed"], provider: ["confirmed"], voucher: sold },
    reversed: { ...undone, voucher: ["REVERSED", "another's"] },
    declined,
  },
  redemption: {
    lookupFailed: nothingHappened,
    found: nothingHappened,
    abandoned: nothingHappened,
    redeemed: { ledger: ["open"], provider: ["approved"], voucher: ["REDEEMED"] },
    completed: { ledger: ["completed"], provider: ["approved"], voucher: ["CONFIRMED_REDEEMED", "refunded"] },
    confirmed: { ledger: ["confirmed"], provider: ["confirmed"], voucher: ["CONFIRMED_REDEEMED", "refunded"] },
    reversed: { ...undone, voucher: ["CONFIRMED_PROVISIONED", "another's"] },
    declined,
  },
  // A customer may have redeemed the voucher since.
  refund: {
    refunded: { ledger: ["open"], provider: ["approved"], voucher: ["REFUNDED"] },
    completed: { ledger: ["completed"], provider: ["approved"], voucher: ["CONFIRMED_PROVISIONED", "another's"] },
    confirmed: { ledger: ["confirmed"], provider: ["confirmed"], voucher: ["CONFIRMED_PROVISIONED", "another's"] },
    reversed: { ...undone, voucher: ["CONFIRMED_REDEEMED", "another's"] },
    declined,
  },
};

/** Whether the till holds a state that says what the others must hold. Before that, something is still under way. */
export const isSettled = (transaction: Transaction): boolean =>
  counterparts[transaction.kind][finalStateOf(transaction)] !== undefined;

/** How the others differ from what the till holds, once nothing is under way any more. */
export function findDisagreements(transaction: Transaction, world: World): readonly Disagreement[] {
  const { kind, id } = transaction;
  const state = finalStateOf(transaction);
  const entry = transactionsWithId(world, id).find((each) => each.kind === kind);
  const ledger = entry?.state ?? "nothing";
  const expected = counterparts[kind][state];
  if (expected === undefined)
    return [{ description: `the till still holds ${state}, the switch ${ledger}`, isFinalAtProvider: false }];
  const forgotten = world.settings.remembersReversals || state !== "reversed" ? [] : (["nothing", "declined"] as const);
  const allowed: readonly string[] = [...expected.ledger, ...forgotten];
  return [
    ...(allowed.includes(ledger)
      ? []
      : [{ description: `the till holds ${state}, the switch ${ledger}`, isFinalAtProvider: false }]),
    ...(entry === undefined ? [] : findProviderDisagreements(expected, state, entry, world)),
  ];
}

/** The provider agrees, and so does the voucher. */
function findProviderDisagreements(
  expected: ExpectedCounterpart,
  state: string,
  entry: LedgerView,
  world: World,
): readonly Disagreement[] {
  const record = findVoucher(world, entry.voucherCode);
  const isHeld = record !== undefined && (entry.kind === "provision" || isHolder(entry, record));
  const isRefunded = entry.kind === "redemption" && record?.holder.kind === "refund";
  const voucher = isHeld ? record.state : isRefunded ? "refunded" : "another's";
  // Stellr takes no advices: what it approves stands at once, and so does the voucher.
  const isFinalAtProvider = entry.provider === "Stellr";
  const isSoldAtOnce = isFinalAtProvider && entry.providerState === "approved";
  const agreesAtProvider = expected.provider.includes(entry.providerState) || (isSoldAtOnce && state === "confirmed");
  const agreesOnVoucher =
    expected.voucher.includes(voucher) || (isSoldAtOnce && state !== "confirmed" && state !== "completed");
  return [
    ...(agreesAtProvider ? [] : [`the till holds ${state}, the provider ${entry.providerState}`]),
    ...(agreesOnVoucher ? [] : [`the till holds ${state}, the voucher is ${voucher}`]),
  ].map((description) => ({ description, isFinalAtProvider }));
}

type LedgerView = Pick<LedgerEntry, "kind" | "id" | "provider" | "providerState" | "voucherCode">;

const isHolder = ({ kind, id }: LedgerView, { holder }: VoucherRecord): boolean =>
  holder.kind === kind && holder.id === id;
