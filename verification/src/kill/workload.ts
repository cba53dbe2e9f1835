import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { canHandOver, type TransactionView, type Uuid } from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import { type ProviderName, providerNames } from "@electrum-vouchers/simulator";
import type { ResultAsync } from "neverthrow";
import { provisionRequest, redemptionRequest, tenders } from "../simulation/messages.ts";
import { fingerprintOf } from "../oracle/transaction-history.ts";
import type { ProcessMessage } from "./process-messages.ts";

/** How long to wait after a call that failed. */
const RETRY_DELAY_MS = 20;

/** An endless sequence of customers at one till. */
export interface Workload {
  /** Buys vouchers and redeems some of them, for ever. */
  runCustomers(): Promise<never>;
  /** Comes back for a sale that an earlier process left without a decision. */
  resumeSale(id: Uuid): Promise<void>;
}

export function createWorkload(till: Till, report: (message: ProcessMessage) => void): Workload {
  /** The transaction that the till returned; nothing if the call failed. */
  async function call<Found extends TransactionView>(work: ResultAsync<Found, TillError>): Promise<Found | undefined> {
    const result = await work;
    if (result.isErr()) {
      await pause(RETRY_DELAY_MS);
      return undefined;
    }
    const { id, state } = result.value;
    report({ type: "returned", id, state });
    return result.value;
  }

  async function decide(
    isConfirmed: boolean,
    work: ResultAsync<TransactionView, TillError>,
  ): Promise<TransactionView | undefined> {
    const result = await call(work);
    if (result !== undefined) report({ type: "decided", id: result.id, decision: isConfirmed ? "confirm" : "cancel" });
    return result;
  }

  /** Hands the voucher over if it may be, and gives its code. */
  async function handOverVoucher(sale: TransactionView | undefined): Promise<string | undefined> {
    if (sale === undefined || !canHandOver(sale)) return undefined;
    const code = (await till.handOver(sale.id)).map(({ voucher }) => voucher?.code).unwrapOr(undefined);
    if (code !== undefined) report({ type: "handedOver", id: sale.id, fingerprint: fingerprintOf(code) });
    return code;
  }

  async function decideSale(sale: TransactionView | undefined): Promise<string | undefined> {
    if (sale?.state !== "issued") return handOverVoucher(sale);
    if (chance(0.7)) return handOverVoucher(await decide(true, till.confirm(sale.id, tenders)));
    if (chance(0.5)) await decide(false, till.cancel(sale.id));
    return undefined;
  }

  async function redeemVoucher(code: string, provider: ProviderName): Promise<void> {
    const id = randomUUID();
    const found = await call(till.lookUp({ voucherCode: code, receiverInstId: provider }, { id }));
    if (found?.state !== "found") return;
    const redeemed = await call(till.redeem(redemptionRequest(id, provider, code)));
    if (redeemed?.state !== "redeemed") return;
    if (chance(0.7)) await decide(true, till.confirmRedemption(id));
    else if (chance(0.5)) await decide(false, till.cancel(id));
  }

  return {
    runCustomers: async () => {
      for (;;) {
        const provider = pickRandom(providerNames);
        const code = await decideSale(await call(till.provision(provisionRequest(randomUUID(), provider))));
        if (code !== undefined && chance(0.4)) await redeemVoucher(code, provider);
      }
    },
    resumeSale: async (id) => {
      await handOverVoucher(await decide(true, till.confirm(id, tenders)));
    },
  };
}

const chance = (probability: number): boolean => Math.random() < probability;

function pickRandom<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new RangeError("nothing to choose from");
  return item;
}
