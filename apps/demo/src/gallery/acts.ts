import { randomUUID } from "node:crypto";
import { canHandOver, handOver, isFinal, type Uuid } from "@electrum-vouchers/core";
import type { TillError } from "@electrum-vouchers/runtime";
import type { Condition, Fault } from "@electrum-vouchers/simulator";
import type { ResultAsync } from "neverthrow";
import { describeTillError } from "../print/ending.ts";
import type { Act } from "./flow.ts";
import { newRedemption, newSale, tenders } from "./requests.ts";
import type { Stage } from "./stage.ts";

/** The customer wants a voucher: the till asks for one, and hears how that went. */
export const sell: Act = async (stage) => {
  await done((await stage.till()).provision(begin(stage)));
};

/** The customer walks away while the till still waits for Electrum's answer. */
export const sellAndCancelMeanwhile: Act = async (stage) => {
  const till = await stage.till();
  const selling = done(till.provision(begin(stage)));
  const id = latest(stage);
  await stage.until("the request to reach Electrum", async () => (await stage.electrum.transaction(id)) !== undefined);
  await done(till.cancel(id));
  await selling;
};

function begin(stage: Stage): ReturnType<typeof newSale> {
  const request = newSale(stage.provider);
  stage.ids.push(request.id);
  return request;
}

/** The customer has paid. */
export const confirm: Act = (stage) => confirmSale(stage.ids.length - 1)(stage);

export const confirmSale =
  (place: number): Act =>
  async (stage) => {
    await done((await stage.till()).confirm(idAt(stage, place), tenders));
  };

/** The customer walks away. */
export const cancel: Act = (stage) => cancelAt(stage.ids.length - 1)(stage);

export const cancelAt =
  (place: number): Act =>
  async (stage) => {
    await done((await stage.till()).cancel(idAt(stage, place)));
  };

/** The customer brings a voucher: the till looks it up. */
export const lookUp: Act = async (stage) => {
  const id = randomUUID();
  stage.ids.push(id);
  await done((await stage.till()).lookUp({ voucherCode: stage.voucherCode }, id));
};

export const redeem: Act = async (stage) => {
  const request = { ...newRedemption(stage.provider, stage.voucherCode), id: latest(stage) };
  await done((await stage.till()).redeem(request));
};

export const confirmRedemption: Act = async (stage) => {
  await done((await stage.till()).confirmRedemption(latest(stage)));
};

/** The till asks Electrum about its own first sale. */
export const lookUpSale: Act = async (stage) => {
  const id = randomUUID();
  await done((await stage.till()).lookUp({ provisionRequestId: idAt(stage, 0) }, id));
  stage.ids.push(id);
};

/** As {@link lookUpSale}, but the runtime must not let it. */
export const lookUpSaleTooEarly: Act = async (stage) => {
  const id = idAt(stage, 0);
  const looked = await (await stage.till()).lookUp({ provisionRequestId: id });
  if (looked.isOk() || looked.error.type !== "lookupTooEarly") throw new Error("the lookup was not refused");
  const fared = `refused while ${looked.error.state}, not sent`;
  stage.refused.push({ id, operation: "lookupVoucher", at: Date.now(), fared });
};

/** Nothing of what has begun is open any more. */
export const allEnd: Act = async (stage) => {
  const till = await stage.till();
  await stage.until("every transaction to end", async () => {
    const found = await Promise.all(stage.ids.map((id) => done(till.find(id))));
    return found.every(isFinal);
  });
};

/** What happens to the provider. */
export const providerIs =
  (condition: Condition): Act =>
  (stage) =>
    stage.electrum.setProvider(stage.provider, condition);

/** Nobody listens at Electrum's for a while; it forgets nothing. */
export const electrumIsAway =
  (forMs: number): Act =>
  (stage) =>
    stage.electrum.restart({ memory: "kept", forMs });

/** The till has found out that Electrum is away. */
export const tillNotices: Act = (stage) =>
  stage.until("the till to notice", async () =>
    stage.events.some((event) => event.type === "forwarder" && event.status === "probing"),
  );

/** Before the flow: a voucher is sold, in whatever way its provider and the till's messaging want. */
export async function prepareVoucher(stage: Stage): Promise<void> {
  const till = await stage.till();
  const { id, state } = await done(till.provision(newSale(stage.provider)));
  if (state === "issued") await done(till.confirm(id, tenders));
  await stage.until("the voucher to be sold", async () => isFinal(await done(till.find(id))));
  await stage.until("its provider to know", async () => (await stage.electrum.provider(stage.provider)).queued === 0);
  const sold = await done(till.find(id));
  if (!canHandOver(sold)) throw new Error(`the voucher's sale is ${sold.state}`);
  stage.voucherCode = handOver(sold).code;
  stage.events.length = 0;
}

/** From now on, so that what was prepared is not counted. */
export const withFaults = async (stage: Stage, faults: readonly { readonly fault: Fault }[]): Promise<void> => {
  if (faults.length > 0) await stage.electrum.setFaults({ rules: faults });
};

async function done<Value>(result: ResultAsync<Value, TillError>): Promise<Value> {
  return (await result).match(
    (value) => value,
    (error) => {
      throw new Error(describeTillError(error));
    },
  );
}

const latest = (stage: Stage): Uuid => idAt(stage, stage.ids.length - 1);

function idAt({ ids }: Stage, place: number): Uuid {
  const id = ids[place];
  if (id === undefined) throw new Error(`no transaction ${place} has begun`);
  return id;
}
