import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { canHandOver, type NamedReason, type TransactionView, type Uuid } from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import { type ProviderName, providerNames } from "@electrum-vouchers/simulator";
import type { ResultAsync } from "neverthrow";
import { provisionRequest, redemptionRequest, tenders } from "../simulation/messages.ts";
import { fingerprintOf } from "../oracle/transaction-history.ts";
import type { ProcessMessage } from "./process-messages.ts";

/** How long to wait after a call that failed. */
const RETRY_DELAY_MS = 20;

const OPERATOR: NamedReason = { by: "the operator", reason: "the provider asked for it" };

/** An endless sequence of customers at one till. */
export interface Workload {
  /** Buys vouchers and redeems some of them, for ever. */
  runCustomers(): Promise<never>;
  /** Comes back for a sale that an earlier process left without a decision. */
  resumeSale(id: Uuid): Promise<void>;
}

export function createWorkload(till: Till, report: (message: ProcessMessage) => void): Workload {
  const { call, decide, handOverVoucher } = createCalls(till, report);

  /** Confirms, and hands over in the same call or in the next one. */
  async function confirmSale(id: Uuid): Promise<string | undefined> {
    if (chance(0.5)) return handOverVoucher(await decide("confirm", till.confirm(id, tenders)));
    let code: string | undefined;
    const sold = till.confirmAndHandOver(id, tenders).map(({ sale, handOver }) => {
      code = handOver.voucher.code;
      report({ type: "handedOver", id, fingerprint: fingerprintOf(code) });
      return sale;
    });
    await decide("confirm", sold);
    return code;
  }

  async function decideSale(sale: TransactionView | undefined): Promise<string | undefined> {
    if (sale?.state !== "issued") return handOverVoucher(sale);
    const { id } = sale;
    if (chance(0.3)) await call(till.paymentStarted(id));
    if (chance(0.7)) {
      const code = await confirmSale(id);
      if (chance(0.1)) await lookAfter(id);
      return code;
    }
    if (chance(0.5)) await decide("cancel", till.cancel(id));
    return undefined;
  }

  /** What an operator and a manager do, each now and then. */
  async function lookAfter(id: Uuid): Promise<void> {
    await call(till.hold(id, OPERATOR));
    await call(till.unhold(id, OPERATOR));
    const copied = await till.handOver(id, { copy: { by: "the manager", reason: "the slip was torn" } });
    if (copied.isOk()) await call(till.reconcile(id, { ...OPERATOR, outcome: "agrees" }));
  }

  /** At two terminals at once: one of them at most has its redemption open. */
  const redeemAtOnce = (code: string, provider: ProviderName): Promise<unknown> =>
    Promise.all([redeemVoucher(code, provider), redeemVoucher(code, provider)]);

  async function redeemVoucher(code: string, provider: ProviderName): Promise<void> {
    const id = randomUUID();
    const found = await call(till.lookUp({ voucherCode: code, receiverInstId: provider }, { id }));
    if (found?.state !== "found") return;
    const redeemed = await call(till.redeem(redemptionRequest(id, provider, code)));
    if (redeemed?.state !== "redeemed") return;
    if (chance(0.7)) await decide("confirm", till.confirmRedemption(id));
    else if (chance(0.5)) await decide("cancel", till.cancel(id));
  }

  return {
    runCustomers: async () => {
      for (;;) {
        const provider = pickRandom(providerNames);
        const request = provisionRequest(randomUUID(), provider);
        // The same again joins the call that is under way.
        if (chance(0.1)) void call(till.provision(request));
        const code = await decideSale(await call(till.provision(request)));
        if (code !== undefined && chance(0.4)) await redeemAtOnce(code, provider);
      }
    },
    resumeSale: async (id) => {
      await confirmSale(id);
    },
  };
}

/** Calls of the till whose results are reported before anything follows from them. */
interface Calls {
  /** The transaction that the till returned; nothing if the call failed. */
  call<Found extends TransactionView>(work: ResultAsync<Found, TillError>): Promise<Found | undefined>;
  decide(
    decision: "confirm" | "cancel",
    work: ResultAsync<TransactionView, TillError>,
  ): Promise<TransactionView | undefined>;
  /** Hands the voucher over if it may be, and gives its code. */
  handOverVoucher(sale: TransactionView | undefined): Promise<string | undefined>;
}

function createCalls(till: Till, report: (message: ProcessMessage) => void): Calls {
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

  return {
    call,
    decide: async (decision, work) => {
      const result = await call(work);
      if (result !== undefined) report({ type: "decided", id: result.id, decision });
      return result;
    },
    handOverVoucher: async (sale) => {
      if (sale === undefined || !canHandOver(sale)) return undefined;
      const code = (await till.handOver(sale.id)).map(({ voucher }) => voucher?.code).unwrapOr(undefined);
      if (code !== undefined) report({ type: "handedOver", id: sale.id, fingerprint: fingerprintOf(code) });
      return code;
    },
  };
}

const chance = (probability: number): boolean => Math.random() < probability;

function pickRandom<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new RangeError("nothing to choose from");
  return item;
}
