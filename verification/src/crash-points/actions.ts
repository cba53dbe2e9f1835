import type { Transaction, Uuid } from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import type { ProviderCondition, ProviderName } from "@electrum-vouchers/simulator";
import type { Result, ResultAsync } from "neverthrow";
import { provisionRequest, redemptionRequest, tenders } from "../simulation/messages.ts";
import type { SimulatedElectrum } from "./simulated-electrum.ts";
import type { PausableClock } from "../harness/pausable-clock.ts";
import type { Oracle } from "../oracle/oracle.ts";
import type { DecidedIntent } from "../oracle/promises.ts";

/** Whoever works at the till. Everything that they do can be done again, after a crash, under the same ids. */
export interface ActionContext {
  readonly till: Till;
  readonly clock: PausableClock;
  readonly electrum: SimulatedElectrum;
  readonly oracle: Oracle;
  readonly provider: ProviderName;
  /** What has happened in the world and does not happen again. */
  readonly pastEvents: Set<FlowAction>;
}

export type FlowAction = (context: ActionContext) => Promise<void>;

/** The id of the n-th transaction of a flow. */
const idOf = (index: number): Uuid => `f0000000-0000-4000-8000-00000000000${index}`;

/** The customer wants a voucher. */
export const sell =
  (index = 0): FlowAction =>
  async (context) => {
    const id = idOf(index);
    await awaitOutcome(context, id, context.till.provision(provisionRequest(id, context.provider)));
  };

/** The customer wants a voucher, and walks away while the till still waits for Electrum's answer. */
export const sellAndCancel: FlowAction = async (context) => {
  const meanwhile = async (): Promise<void> => {
    await context.clock.sleep(1_000);
    await cancel()(context);
  };
  await Promise.all([sell()(context), meanwhile()]);
};

export const concurrently =
  (...actions: readonly FlowAction[]): FlowAction =>
  async (context) => {
    await Promise.all(actions.map((action) => action(context)));
  };

/** The customer has paid, where there is something to pay for. */
export const confirm =
  (index = 0): FlowAction =>
  (context) =>
    decide(context, idOf(index), "confirm", ({ till }, id) => till.confirm(id, tenders));

/** The customer walks away. */
export const cancel =
  (index = 0): FlowAction =>
  (context) =>
    decide(context, idOf(index), "cancel", ({ till }, id) => till.cancel(id));

/** The customer brings a voucher. */
export const lookUp =
  (index = 0): FlowAction =>
  async (context) => {
    const id = idOf(index);
    await awaitOutcome(context, id, context.till.lookUp({ voucherCode: context.electrum.voucherCode }, id));
  };

export const redeem =
  (index = 0): FlowAction =>
  async (context) => {
    const id = idOf(index);
    const { till, electrum, provider } = context;
    if ((await find(context, id))?.state !== "found") return;
    await awaitOutcome(context, id, till.redeem(redemptionRequest(id, provider, electrum.voucherCode)));
  };

export const confirmRedemption =
  (index = 0): FlowAction =>
  (context) =>
    decide(context, idOf(index), "confirm", ({ till }, id) => till.confirmRedemption(id));

/** The till asks Electrum about its own first sale. Before its end that is refused. */
export const lookUpSale =
  (index: number): FlowAction =>
  async (context) => {
    const sale = await find(context, idOf(0));
    const lookup = await context.till.lookUp({ provisionRequestId: idOf(0) }, idOf(index));
    const isRefused = lookup.isErr() && lookup.error.type === "lookupTooEarly";
    if (isRefused !== (sale?.state === "issued" || sale?.state === "confirming")) {
      context.oracle.reportViolation(`a lookup of a sale that is ${sale?.state} is ${isRefused ? "" : "not "}refused`);
    }
    lookup.map(context.oracle.recordResult).orTee(() => undefined);
  };

/** Nothing of what has begun is under way any more. */
export const waitForAll: FlowAction = async (context) => {
  for (let index = 0; index < MAX_TRANSACTIONS; index += 1) {
    const id = idOf(index);
    for (
      let waitedMs = 0;
      waitedMs < MAX_WAIT_MS && pendingStates.has((await find(context, id))?.state);
      waitedMs += POLL_INTERVAL_MS
    ) {
      await context.clock.sleep(POLL_INTERVAL_MS);
    }
  }
};

export const setProviderCondition = (condition: ProviderCondition): FlowAction =>
  runOnce(async ({ electrum }) => electrum.setProvider(condition));

export const disconnectElectrum = (durationMs: number): FlowAction =>
  runOnce(async ({ electrum }) => electrum.disconnect(durationMs));

/** Something that happens in the world: not again because the till starts anew. */
function runOnce(event: FlowAction): FlowAction {
  return async (context) => {
    if (context.pastEvents.has(event)) return;
    context.pastEvents.add(event);
    await event(context);
  };
}

/** More than any flow has. */
const MAX_TRANSACTIONS = 4;

/** Longer than all attempts of a transaction take. */
const MAX_WAIT_MS = 15 * 60_000;
const POLL_INTERVAL_MS = 5_000;

const pendingStates: ReadonlySet<string | undefined> = new Set([
  "requesting",
  "waitingToRetry",
  "lookingUp",
  "waitingToLookUp",
  "redeeming",
  "confirming",
  "reversing",
]);

async function decide(
  context: ActionContext,
  id: Uuid,
  decision: DecidedIntent,
  call: (context: ActionContext, id: Uuid) => ResultAsync<Transaction, TillError>,
): Promise<void> {
  const state = (await find(context, id))?.state;
  const isOpen = state === "issued" || state === "redeemed" || (decision === "cancel" && state !== undefined);
  const isDecided = context.oracle.histories.get(id)?.decision === decision;
  // Whoever does not know whether they were heard says the same again.
  if (!isOpen && !isDecided && state !== "confirming" && state !== "confirmed") return;
  const result = await call(context, id);
  if (result.isOk()) context.oracle.recordDecision(id, decision);
  recordAnswer(context, result);
}

/** What came of a request, in the end: it may be under way already, left by a process that died. */
async function awaitOutcome(
  context: ActionContext,
  id: Uuid,
  call: ResultAsync<Transaction, TillError>,
): Promise<void> {
  const result = await call;
  recordAnswer(context, result);
  const unansweredStates = new Set(["requesting", "waitingToRetry", "lookingUp", "waitingToLookUp", "redeeming"]);
  for (let waitedMs = 0; waitedMs < MAX_WAIT_MS; waitedMs += POLL_INTERVAL_MS) {
    const found = await find(context, id);
    if (found === undefined || !unansweredStates.has(found.state)) return;
    await context.clock.sleep(POLL_INTERVAL_MS);
  }
  context.oracle.reportViolation("a request never comes to an end");
}

async function find(context: ActionContext, id: Uuid): Promise<Transaction | undefined> {
  const found = await context.till.find(id);
  if (found.isErr() && found.error.type === "unknownTransaction") return undefined;
  return recordAnswer(context, found);
}

/** A refusal is an answer; anything else is not to be expected of a till whose outbox works. */
function recordAnswer({ oracle }: ActionContext, result: Result<Transaction, TillError>): Transaction | undefined {
  return result.match(
    (transaction) => {
      oracle.recordResult(transaction);
      return transaction;
    },
    (error) => {
      if (error.type !== "refused") oracle.reportViolation(`the till says ${error.type}`);
      return undefined;
    },
  );
}
