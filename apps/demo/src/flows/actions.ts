import { randomUUID } from "node:crypto";
import { canHandOver, handOver, isFinal, type Uuid } from "@electrum-vouchers/core";
import type { TillError } from "@electrum-vouchers/runtime";
import type { ProviderCondition, Fault } from "@electrum-vouchers/simulator";
import type { ResultAsync } from "neverthrow";
import { describeTillError } from "../print/ending.ts";
import type { Action } from "./flow.ts";
import { newRedemption, newSale, tenders } from "./requests.ts";
import type { FlowContext } from "./flow-context.ts";

/** The customer wants a voucher: the till asks for one, and hears how that went. */
export const sell: Action = async (context) => {
  await unwrap((await context.openTill()).provision(startSale(context)));
};

/** The customer walks away while the till still waits for Electrum's answer. */
export const sellAndCancelDuringRequest: Action = async (context) => {
  const till = await context.openTill();
  const selling = unwrap(till.provision(startSale(context)));
  const id = latestId(context);
  await context.waitUntil(
    "the request to reach Electrum",
    async () => (await context.switchAdmin.transaction(id)) !== undefined,
  );
  await unwrap(till.cancel(id));
  await selling;
};

function startSale(context: FlowContext): ReturnType<typeof newSale> {
  const request = newSale(context.provider);
  context.ids.push(request.id);
  return request;
}

/** The customer has paid. */
export const confirm: Action = (context) => confirmSale(context.ids.length - 1)(context);

export const confirmSale =
  (place: number): Action =>
  async (context) => {
    await unwrap((await context.openTill()).confirm(idAt(context, place), tenders));
  };

/** The customer walks away. */
export const cancel: Action = (context) => cancelTransaction(context.ids.length - 1)(context);

export const cancelTransaction =
  (place: number): Action =>
  async (context) => {
    await unwrap((await context.openTill()).cancel(idAt(context, place)));
  };

/** The customer brings a voucher: the till looks it up. */
export const lookUp: Action = async (context) => {
  const id = randomUUID();
  context.ids.push(id);
  await unwrap((await context.openTill()).lookUp({ voucherCode: context.voucherCode }, id));
};

export const redeem: Action = async (context) => {
  const request = { ...newRedemption(context.provider, context.voucherCode), id: latestId(context) };
  await unwrap((await context.openTill()).redeem(request));
};

export const confirmRedemption: Action = async (context) => {
  await unwrap((await context.openTill()).confirmRedemption(latestId(context)));
};

/** The till asks Electrum about its own first sale. */
export const lookUpSale: Action = async (context) => {
  const id = randomUUID();
  await unwrap((await context.openTill()).lookUp({ provisionRequestId: idAt(context, 0) }, id));
  context.ids.push(id);
};

/** As {@link lookUpSale}, but the runtime must not let it. */
export const lookUpSaleTooEarly: Action = async (context) => {
  const id = idAt(context, 0);
  const lookup = await (await context.openTill()).lookUp({ provisionRequestId: id });
  if (lookup.isOk() || lookup.error.type !== "lookupTooEarly") throw new Error("the lookup was not refused");
  const outcome = `refused while ${lookup.error.state}, not sent`;
  context.refusedMessages.push({ id, operation: "lookupVoucher", at: Date.now(), outcome });
};

/** Nothing of what has begun is open any more. */
export const waitUntilAllFinal: Action = async (context) => {
  const till = await context.openTill();
  await context.waitUntil("every transaction to end", async () => {
    const found = await Promise.all(context.ids.map((id) => unwrap(till.find(id))));
    return found.every(isFinal);
  });
};

/** What happens to the provider. */
export const setProvider =
  (condition: ProviderCondition): Action =>
  (context) =>
    context.switchAdmin.setProvider(context.provider, condition);

/** Nobody listens at Electrum's for a while; it forgets nothing. */
export const takeElectrumDown =
  (durationMs: number): Action =>
  (context) =>
    context.switchAdmin.restart({ memory: "kept", durationMs });

/** The till has found out that Electrum is away. */
export const waitUntilTillProbes: Action = (context) =>
  context.waitUntil("the till to notice", async () =>
    context.events.some((event) => event.type === "forwarder" && event.status === "probing"),
  );

/** Before the flow: a voucher is sold, in whatever way its provider and the till's messaging want. */
export async function prepareVoucher(context: FlowContext): Promise<void> {
  const till = await context.openTill();
  const { id, state } = await unwrap(till.provision(newSale(context.provider)));
  if (state === "issued") await unwrap(till.confirm(id, tenders));
  await context.waitUntil("the voucher to be sold", async () => isFinal(await unwrap(till.find(id))));
  await context.waitUntil(
    "its provider to know",
    async () => (await context.switchAdmin.provider(context.provider)).queued === 0,
  );
  const sold = await unwrap(till.find(id));
  if (!canHandOver(sold)) throw new Error(`the voucher's sale is ${sold.state}`);
  context.voucherCode = handOver(sold).code;
  context.events.length = 0;
}

/** From now on, so that what was prepared is not counted. */
export const injectFaults = async (
  context: FlowContext,
  faults: readonly { readonly fault: Fault }[],
): Promise<void> => {
  if (faults.length > 0) await context.switchAdmin.setFaults({ rules: faults });
};

async function unwrap<Value>(result: ResultAsync<Value, TillError>): Promise<Value> {
  return (await result).match(
    (value) => value,
    (error) => {
      throw new Error(describeTillError(error));
    },
  );
}

const latestId = (context: FlowContext): Uuid => idAt(context, context.ids.length - 1);

function idAt({ ids }: FlowContext, place: number): Uuid {
  const id = ids[place];
  if (id === undefined) throw new Error(`no transaction ${place} has begun`);
  return id;
}
