import type { Transaction } from "@electrum-vouchers/core";
import {
  findVoucher,
  type LedgerTransaction as LedgerEntry,
  transactionsWithId,
  type VoucherRecord,
  type World,
} from "@electrum-vouchers/simulator";

/** What the switch, the provider and the voucher may be, once nothing is under way, for a state of the till's. */
interface ExpectedCounterpart {
  readonly ledger: readonly (LedgerEntry["state"] | "nothing")[];
  readonly provider: readonly LedgerEntry["providerState"][];
  /** `another's`: there is none, or it was brought into its state by another transaction. */
  readonly voucher: readonly (VoucherRecord["state"] | "another's")[];
}

const nothingHappened: ExpectedCounterpart = { ledger: ["nothing"], provider: ["notReceived"], voucher: ["another's"] };

/** A sale that stands: its voucher may have been spent since. */
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
    completed: { ledger: ["completed"], provider: ["approved"], voucher: ["CONFIRMED_REDEEMED"] },
    confirmed: { ledger: ["confirmed"], provider: ["confirmed"], voucher: ["CONFIRMED_REDEEMED"] },
    reversed: { ...undone, voucher: ["CONFIRMED_PROVISIONED", "another's"] },
    declined,
  },
};

/** How the others differ from what the till holds, once nothing is under way any more. */
export function findDisagreements(transaction: Transaction, world: World): readonly string[] {
  const { kind, id } = transaction;
  // What a person has settled outside the protocol holds as they say.
  const state = transaction.state === "resolved" ? transaction.resolution.resolution : transaction.state;
  const entry = transactionsWithId(world, id).find((each) => each.kind === kind);
  const ledger = entry?.state ?? "nothing";
  const expected = counterparts[kind][state];
  if (expected === undefined) return [`the till still holds ${state}, the switch ${ledger}`];
  const forgotten = world.settings.remembersReversals || state !== "reversed" ? [] : (["nothing", "declined"] as const);
  return [
    ...([...expected.ledger, ...forgotten].includes(ledger) ? [] : [`the till holds ${state}, the switch ${ledger}`]),
    ...(entry === undefined || entry.provider === "Stellr"
      ? []
      : findProviderDisagreements(expected, state, entry, world)),
  ];
}

/** Providers that take advices, and their vouchers, agree too. */
function findProviderDisagreements(
  expected: ExpectedCounterpart,
  state: string,
  entry: LedgerView,
  world: World,
): readonly string[] {
  const record = findVoucher(world, entry.voucherCode);
  const isHeld = record !== undefined && (entry.kind === "provision" || isHolder(entry, record));
  const voucher = isHeld ? record.state : "another's";
  return [
    ...(expected.provider.includes(entry.providerState)
      ? []
      : [`the till holds ${state}, the provider ${entry.providerState}`]),
    ...(expected.voucher.includes(voucher) ? [] : [`the till holds ${state}, the voucher is ${voucher}`]),
  ];
}

type LedgerView = Pick<LedgerEntry, "kind" | "id" | "provider" | "providerState" | "voucherCode">;

const isHolder = ({ kind, id }: LedgerView, { holder }: VoucherRecord): boolean =>
  holder.kind === kind && holder.id === id;
