import { randomUUID } from "node:crypto";
import { isFinal, type NamedReason, type RefundRequest, type Uuid } from "@electrum-vouchers/core";
import type { TillError } from "@electrum-vouchers/runtime";
import type { FaultRule } from "@electrum-vouchers/simulator";
import type { FlowAction } from "@electrum-vouchers/testkit";
import type { ResultAsync } from "neverthrow";
import { describeTillError } from "../print/ending.ts";
import type { FlowContext } from "./flow-context.ts";
import { recoverInNewProcess, runUntilKilled } from "./killed-till.ts";
import { newRedemption, newRefund, newSale, tenders } from "./requests.ts";
import { describeTooEarly } from "./sent-messages.ts";
import { scaleCondition, scaled, scaleRule } from "./time-scale.ts";

/** Plays one action of a flow: real processes, real HTTP, real files. Throws if it fails. */
export async function performAction(context: FlowContext, action: FlowAction): Promise<void> {
  switch (action.type) {
    case "sell":
      return sell(context, action.transaction);
    case "sellAndCancel":
      return sellAndCancel(context, action.transaction);
    case "sellUntilKilled":
      return runUntilKilled(context, "sell", startSale(context, action.transaction), action.moment);
    case "redeemUntilKilled":
      return runUntilKilled(context, "redeem", startRedemption(context, action.transaction), "requestProcessed");
    case "recover":
      return recoverInNewProcess(context);
    case "confirm":
      return confirm(context, action.transaction);
    case "cancel":
      return cancel(context, action.transaction);
    case "lookUp":
      return lookUp(context, action.transaction);
    case "redeem":
      return redeem(context, action.transaction);
    case "confirmRedemption":
      return confirmRedemption(context, action.transaction);
    case "resend":
      return resend(context, action.transaction);
    case "resolve":
      return resolve(context, action.transaction, action.resolution);
    case "refund":
      return refund(context, startRefund(context, action));
    case "refundUntilKilled":
      return runUntilKilled(context, "refund", startRefund(context, action), "requestProcessed");
    case "confirmRefund":
      return confirmRefund(context, action.transaction);
    case "lookUpSale":
      return action.tooEarly ? lookUpSaleTooEarly(context) : lookUpSale(context, action.transaction);
    case "waitForAll":
      return waitForAll(context);
    case "waitUntilProbing":
      return waitUntilProbing(context);
    case "waitUntilRepeating":
      return waitUntilRepeating(context);
    case "setProvider":
      return context.switchAdmin.setProvider(context.provider, scaleCondition(action.condition));
    case "takeElectrumDown":
      return context.switchAdmin.restart({ memory: "kept", durationMs: scaled(action.durationMs) });
  }
}

async function sell(context: FlowContext, place: number): Promise<void> {
  await unwrap((await context.openTill()).provision(startSale(context, place)));
}

async function sellAndCancel(context: FlowContext, place: number): Promise<void> {
  const till = await context.openTill();
  const selling = unwrap(till.provision(startSale(context, place)));
  const id = idAt(context, place);
  await context.waitUntil(
    "the request to reach Electrum",
    async () => (await context.switchAdmin.transaction(id)) !== undefined,
  );
  await unwrap(till.cancel(id));
  await selling;
}

function startSale(context: FlowContext, place: number): ReturnType<typeof newSale> {
  const request = newSale(context.provider);
  begin(context, place, request.id);
  return request;
}

async function confirm(context: FlowContext, place: number): Promise<void> {
  await unwrap((await context.openTill()).confirm(idAt(context, place), tenders));
}

async function cancel(context: FlowContext, place: number): Promise<void> {
  await unwrap((await context.openTill()).cancel(idAt(context, place)));
}

async function lookUp(context: FlowContext, place: number): Promise<void> {
  const id = randomUUID();
  begin(context, place, id);
  await unwrap((await context.openTill()).lookUp({ voucherCode: context.voucherCode }, { id }));
}

async function redeem(context: FlowContext, place: number): Promise<void> {
  const request = { ...newRedemption(context.provider, context.voucherCode), id: idAt(context, place) };
  await unwrap((await context.openTill()).redeem(request));
}

async function confirmRedemption(context: FlowContext, place: number): Promise<void> {
  await unwrap((await context.openTill()).confirmRedemption(idAt(context, place)));
}

function startRedemption(context: FlowContext, place: number): ReturnType<typeof newRedemption> {
  const request = newRedemption(context.provider, context.voucherCode);
  begin(context, place, request.id);
  return request;
}

const operator: NamedReason = { by: "the operator", reason: "Electrum was asked" };

async function resend(context: FlowContext, place: number): Promise<void> {
  await unwrap((await context.openTill()).resend(idAt(context, place), operator));
}

async function resolve(context: FlowContext, place: number, resolution: "confirmed" | "reversed"): Promise<void> {
  await unwrap((await context.openTill()).resolve(idAt(context, place), { ...operator, resolution }));
}

async function refund(context: FlowContext, request: RefundRequest): Promise<void> {
  await unwrap((await context.openTill()).refund(request));
}

function startRefund(
  context: FlowContext,
  { transaction, of, ...rest }: Extract<FlowAction, { readonly of: number }>,
): RefundRequest {
  const amount = "amount" in rest ? rest.amount : "all";
  const request = newRefund(context.provider, context.voucherCode, idAt(context, of), amount);
  begin(context, transaction, request.id);
  return request;
}

async function confirmRefund(context: FlowContext, place: number): Promise<void> {
  await unwrap((await context.openTill()).confirmRefund(idAt(context, place)));
}

async function lookUpSale(context: FlowContext, place: number): Promise<void> {
  const id = randomUUID();
  await unwrap((await context.openTill()).lookUp({ provisionRequestId: idAt(context, 0) }, { id }));
  begin(context, place, id);
}

/** As {@link lookUpSale}, but the runtime must refuse it. */
async function lookUpSaleTooEarly(context: FlowContext): Promise<void> {
  const id = idAt(context, 0);
  const lookup = await (await context.openTill()).lookUp({ provisionRequestId: id });
  if (lookup.isOk() || lookup.error.type !== "lookupTooEarly") throw new Error("the lookup was not refused");
  const outcome = describeTooEarly(lookup.error.state);
  context.refusedMessages.push({ id, operation: "lookupVoucher", at: Date.now(), outcome });
}

async function waitForAll(context: FlowContext): Promise<void> {
  const till = await context.openTill();
  await context.waitUntil("every transaction to end", async () => {
    const found = await Promise.all(context.ids.map((id) => unwrap(till.find(id))));
    return found.every((transaction) => isFinal(transaction) || transaction.state === "disputed");
  });
}

const waitUntilRepeating = (context: FlowContext): Promise<void> =>
  context.waitUntil("an advice to be repeated", async () =>
    context.events.some((event) => event.type === "adviceRepeats"),
  );

const waitUntilProbing = (context: FlowContext): Promise<void> =>
  context.waitUntil("the till to notice", async () =>
    context.events.some((event) => event.type === "forwarder" && event.status === "probing"),
  );

/** Before the flow: a voucher is sold, as its provider and the till's messaging require. */
export async function prepareVoucher(context: FlowContext): Promise<void> {
  const till = await context.openTill();
  const { id, state } = await unwrap(till.provision(newSale(context.provider)));
  if (state === "issued") await unwrap(till.confirm(id, tenders));
  await context.waitUntil("the voucher to be sold", async () => isFinal(await unwrap(till.find(id))));
  await context.waitUntil(
    "its provider to know",
    async () => (await context.switchAdmin.provider(context.provider)).queued === 0,
  );
  const { voucher } = await unwrap(till.handOver(id));
  if (voucher === undefined) throw new Error("the sale has no voucher");
  context.voucherCode = voucher.code;
  context.events.length = 0;
}

/** From now on, so that what was prepared is not counted. */
export const injectFaults = async (context: FlowContext, faults: readonly FaultRule[]): Promise<void> => {
  if (faults.length > 0) await context.switchAdmin.setFaults({ rules: faults.map(scaleRule) });
};

async function unwrap<Value>(result: ResultAsync<Value, TillError>): Promise<Value> {
  return (await result).match(
    (value) => value,
    (error) => {
      throw new Error(describeTillError(error));
    },
  );
}

/** The flow's transactions start in the order of their places. */
function begin({ ids }: FlowContext, place: number, id: Uuid): void {
  if (ids.length !== place) throw new Error(`transaction ${place} must be the next, after ${ids.length} others`);
  ids.push(id);
}

function idAt({ ids }: FlowContext, place: number): Uuid {
  const id = ids[place];
  if (id === undefined) throw new Error(`no transaction ${place} has begun`);
  return id;
}
