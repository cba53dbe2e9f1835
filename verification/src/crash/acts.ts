import type { Transaction, Uuid } from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import type { Condition, ProviderName } from "@electrum-vouchers/simulator";
import type { Result, ResultAsync } from "neverthrow";
import { provisionRequest, redemptionRequest, tenders } from "../simulation/messages.ts";
import type { Electrum } from "./electrum.ts";
import type { Time } from "./time.ts";
import type { Decision, Witness } from "./witness.ts";

/** Whoever works at the till. Everything that they do can be done again, after a crash, under the same ids. */
export interface Shop {
  readonly till: Till;
  readonly time: Time;
  readonly electrum: Electrum;
  readonly witness: Witness;
  readonly provider: ProviderName;
  /** What has happened in the world and does not happen again. */
  readonly happened: Set<Act>;
}

export type Act = (shop: Shop) => Promise<void>;

/** The id of the n-th transaction of a flow. */
const idOf = (place: number): Uuid => `f0000000-0000-4000-8000-00000000000${place}`;

/** The customer wants a voucher. */
export const sell =
  (place = 0): Act =>
  async (shop) => {
    const id = idOf(place);
    await outcomeOf(shop, id, shop.till.provision(provisionRequest(id, shop.provider)));
  };

/** The customer wants a voucher, and walks away while the till still waits for Electrum's answer. */
export const sellAndCancel: Act = async (shop) => {
  const meanwhile = async (): Promise<void> => {
    await shop.time.sleep(1_000);
    await cancel()(shop);
  };
  await Promise.all([sell()(shop), meanwhile()]);
};

export const atOnce =
  (...acts: readonly Act[]): Act =>
  async (shop) => {
    await Promise.all(acts.map((act) => act(shop)));
  };

/** The customer has paid, where there is something to pay for. */
export const confirm =
  (place = 0): Act =>
  (shop) =>
    decide(shop, idOf(place), "confirm", ({ till }, id) => till.confirm(id, tenders));

/** The customer walks away. */
export const cancel =
  (place = 0): Act =>
  (shop) =>
    decide(shop, idOf(place), "cancel", ({ till }, id) => till.cancel(id));

/** The customer brings a voucher. */
export const lookUp =
  (place = 0): Act =>
  async (shop) => {
    const id = idOf(place);
    await outcomeOf(shop, id, shop.till.lookUp({ voucherCode: shop.electrum.voucherCode }, id));
  };

export const redeem =
  (place = 0): Act =>
  async (shop) => {
    const id = idOf(place);
    const { till, electrum, provider } = shop;
    if ((await find(shop, id))?.state !== "found") return;
    await outcomeOf(shop, id, till.redeem(redemptionRequest(id, provider, electrum.voucherCode)));
  };

export const confirmRedemption =
  (place = 0): Act =>
  (shop) =>
    decide(shop, idOf(place), "confirm", ({ till }, id) => till.confirmRedemption(id));

/** The till asks Electrum about its own first sale. Before its end that is refused. */
export const lookUpSale =
  (place: number): Act =>
  async (shop) => {
    const sale = await find(shop, idOf(0));
    const looked = await shop.till.lookUp({ provisionRequestId: idOf(0) }, idOf(place));
    const isRefused = looked.isErr() && looked.error.type === "lookupTooEarly";
    if (isRefused !== (sale?.state === "issued" || sale?.state === "confirming")) {
      shop.witness.broken(`a lookup of a sale that is ${sale?.state} is ${isRefused ? "" : "not "}refused`);
    }
    looked.map(shop.witness.told).orTee(() => undefined);
  };

/** Nothing of what has begun is under way any more. */
export const allEnd: Act = async (shop) => {
  for (let place = 0; place < MAX_TRANSACTIONS; place += 1) {
    const id = idOf(place);
    for (let waitedMs = 0; waitedMs < PATIENCE_MS && underWay.has((await find(shop, id))?.state); waitedMs += STEP_MS) {
      await shop.time.sleep(STEP_MS);
    }
  }
};

export const providerIs = (condition: Condition): Act => once(async ({ electrum }) => electrum.setProvider(condition));

export const electrumIsAway = (forMs: number): Act => once(async ({ electrum }) => electrum.away(forMs));

/** Something that happens in the world: not again because the till starts anew. */
function once(happen: Act): Act {
  return async (shop) => {
    if (shop.happened.has(happen)) return;
    shop.happened.add(happen);
    await happen(shop);
  };
}

/** More than any flow has. */
const MAX_TRANSACTIONS = 4;

/** Longer than all attempts of a transaction take. */
const PATIENCE_MS = 15 * 60_000;
const STEP_MS = 5_000;

const underWay: ReadonlySet<string | undefined> = new Set([
  "requesting",
  "waitingToRetry",
  "lookingUp",
  "waitingToLookUp",
  "redeeming",
  "confirming",
  "reversing",
]);

async function decide(
  shop: Shop,
  id: Uuid,
  decision: Decision,
  call: (shop: Shop, id: Uuid) => ResultAsync<Transaction, TillError>,
): Promise<void> {
  const state = (await find(shop, id))?.state;
  const isOpen = state === "issued" || state === "redeemed" || (decision === "cancel" && state !== undefined);
  const isDecided = shop.witness.of(id).decision === decision;
  // Whoever does not know whether they were heard says the same again.
  if (!isOpen && !isDecided && state !== "confirming" && state !== "confirmed") return;
  const decided = await call(shop, id);
  if (decided.isOk()) shop.witness.granted(id, decision);
  hear(shop, decided);
}

/** What came of a request, in the end: it may be under way already, left by a process that died. */
async function outcomeOf(shop: Shop, id: Uuid, call: ResultAsync<Transaction, TillError>): Promise<void> {
  const called = await call;
  hear(shop, called);
  const waiting = new Set(["requesting", "waitingToRetry", "lookingUp", "waitingToLookUp", "redeeming"]);
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += STEP_MS) {
    const found = await find(shop, id);
    if (found === undefined || !waiting.has(found.state)) return;
    await shop.time.sleep(STEP_MS);
  }
  shop.witness.broken("a request never comes to an end");
}

async function find(shop: Shop, id: Uuid): Promise<Transaction | undefined> {
  const found = await shop.till.find(id);
  if (found.isErr() && found.error.type === "unknownTransaction") return undefined;
  return hear(shop, found);
}

/** A refusal is an answer; anything else is not to be expected of a till whose outbox works. */
function hear({ witness }: Shop, answer: Result<Transaction, TillError>): Transaction | undefined {
  return answer.match(
    (transaction) => {
      witness.told(transaction);
      return transaction;
    },
    (error) => {
      if (error.type !== "refused") witness.broken(`the till says ${error.type}`);
      return undefined;
    },
  );
}
