import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { canHandOver, handOver, type Provision, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import { type ProviderName, providerNames } from "@electrum-vouchers/simulator";
import type { ResultAsync } from "neverthrow";
import { provisionRequest, redemptionRequest, tenders } from "../simulation/messages.ts";
import { fingerprintOf, type Word } from "./words.ts";

/** How long a till that could not answer is left alone. */
const PAUSE_MS = 20;

/** Customers without end, one after the other, at one till. */
export interface Customers {
  /** Buys vouchers, and spends some of them, for ever. */
  serve(): Promise<never>;
  /** Comes back for a sale that a former process had left without a decision. */
  comeBack(id: Uuid): Promise<void>;
}

export function createCustomers(till: Till, say: (word: Word) => void): Customers {
  /** The transaction as a till answered with it; nothing where it could not. */
  async function ask<Found extends Transaction>(work: ResultAsync<Found, TillError>): Promise<Found | undefined> {
    const result = await work;
    if (result.isErr()) {
      await pause(PAUSE_MS);
      return undefined;
    }
    const { id, state } = result.value;
    say({ type: "acknowledged", id, state });
    return result.value;
  }

  async function decide(stands: boolean, work: ResultAsync<Transaction, TillError>): Promise<Transaction | undefined> {
    const decided = await ask(work);
    if (decided !== undefined) say({ type: "decided", id: decided.id, decision: stands ? "stands" : "falls" });
    return decided;
  }

  /** Gives the code of the voucher, where the till gives it out. */
  function take(sale: Transaction | undefined): string | undefined {
    if (sale === undefined || !canHandOver(sale)) return undefined;
    const { code } = handOver(sale);
    say({ type: "handedOver", id: sale.id, fingerprint: fingerprintOf(code) });
    return code;
  }

  async function pay(sale: Provision | undefined): Promise<string | undefined> {
    if (sale?.state !== "issued") return take(sale);
    if (happens(0.7)) return take(await decide(true, till.confirm(sale.id, tenders)));
    if (happens(0.5)) await decide(false, till.cancel(sale.id));
    return undefined;
  }

  async function spend(code: string, provider: ProviderName): Promise<void> {
    const id = randomUUID();
    const found = await ask(till.lookUp({ voucherCode: code, receiverInstId: provider }, id));
    if (found?.state !== "found") return;
    const redeemed = await ask(till.redeem(redemptionRequest(id, provider, code)));
    if (redeemed?.state !== "redeemed") return;
    if (happens(0.7)) await decide(true, till.confirmRedemption(id));
    else if (happens(0.5)) await decide(false, till.cancel(id));
  }

  return {
    serve: async () => {
      for (;;) {
        const provider = anyOf(providerNames);
        const code = await pay(await ask(till.provision(provisionRequest(randomUUID(), provider))));
        if (code !== undefined && happens(0.4)) await spend(code, provider);
      }
    },
    comeBack: async (id) => {
      take(await decide(true, till.confirm(id, tenders)));
    },
  };
}

const happens = (probability: number): boolean => Math.random() < probability;

function anyOf<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(Math.random() * items.length)];
  if (item === undefined) throw new RangeError("nothing to choose from");
  return item;
}
