import { canHandOver, type TransactionView, type Uuid } from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import { type ProviderName, providerNames } from "@electrum-vouchers/simulator";
import type { ResultAsync } from "neverthrow";
import type { PausableClock } from "../harness/pausable-clock.ts";
import type { DecidedIntent } from "../oracle/promises.ts";
import { fingerprintOf } from "../oracle/transaction-history.ts";
import type { Random } from "../random.ts";
import { generateUuid, provisionRequest, redemptionRequest, tenders } from "../simulation/messages.ts";
import type { MarkContent } from "./marks.ts";

/** The customers of one till. Each says what he was told. */
export interface Customers {
  /** Buys a voucher, and perhaps spends it. */
  serveNew(random: Random): Promise<void>;
  /** Comes back for a sale that a former process left without a decision. */
  serveAgain(id: Uuid, random: Random): Promise<void>;
}

/** Customers come within this time, and take up to a tenth of it to decide. */
const OPENING_HOURS_MS = 5_000;
const MAX_DECISION_MS = OPENING_HOURS_MS / 10;

export function createCustomers(till: Till, clock: PausableClock, mark: (content: MarkContent) => void): Customers {
  /** The transaction that the till returned; nothing if the call failed. */
  async function call<Found extends TransactionView>(work: ResultAsync<Found, TillError>): Promise<Found | undefined> {
    const found = (await work).unwrapOr(undefined);
    if (found !== undefined) mark({ type: "told", id: found.id, state: found.state });
    return found;
  }

  async function decide(
    decision: DecidedIntent,
    work: ResultAsync<TransactionView, TillError>,
  ): Promise<TransactionView | undefined> {
    const found = await call(work);
    if (found !== undefined) mark({ type: "decided", id: found.id, decision });
    return found;
  }

  /** Hands the voucher over if it may be, and gives its code. */
  async function handOverVoucher(sale: TransactionView | undefined): Promise<string | undefined> {
    if (sale === undefined || !canHandOver(sale)) return undefined;
    const code = (await till.handOver(sale.id)).map(({ voucher }) => voucher?.code).unwrapOr(undefined);
    if (code !== undefined) mark({ type: "handedOver", id: sale.id, fingerprint: fingerprintOf(code) });
    return code;
  }

  async function decideSale(sale: TransactionView | undefined, random: Random): Promise<string | undefined> {
    if (sale?.state !== "issued") return handOverVoucher(sale);
    await clock.sleep(random.below(MAX_DECISION_MS));
    if (random.chance(0.65)) return handOverVoucher(await decide("confirm", till.confirm(sale.id, tenders)));
    if (random.chance(0.6)) await decide("cancel", till.cancel(sale.id));
    return undefined;
  }

  async function spend(code: string, provider: ProviderName, random: Random): Promise<void> {
    const id = generateUuid(random);
    const found = await call(till.lookUp({ voucherCode: code, receiverInstId: provider }, { id }));
    if (found?.state !== "found") return;
    const redeemed = await call(till.redeem(redemptionRequest(id, provider, code)));
    if (redeemed?.state !== "redeemed") return;
    await clock.sleep(random.below(MAX_DECISION_MS));
    if (random.chance(0.7)) await decide("confirm", till.confirmRedemption(id));
    else if (random.chance(0.5)) await decide("cancel", till.cancel(id));
  }

  return {
    serveNew: async (random) => {
      await clock.sleep(random.below(OPENING_HOURS_MS));
      const provider = random.pick(providerNames);
      const sale = await call(till.provision(provisionRequest(generateUuid(random), provider)));
      const code = await decideSale(sale, random);
      if (code !== undefined && random.chance(0.4)) await spend(code, provider, random);
    },
    serveAgain: async (id, random) => {
      await clock.sleep(random.below(OPENING_HOURS_MS));
      if (random.chance(0.5)) await handOverVoucher(await decide("confirm", till.confirm(id, tenders)));
    },
  };
}
