import {
  canHandOver,
  type NamedReason,
  type Operation,
  type TransactionView,
  type Uuid,
} from "@electrum-vouchers/core";
import type { Till, TillError } from "@electrum-vouchers/runtime";
import type { ProviderName } from "@electrum-vouchers/simulator";
import { cancel, type FlowAction, type SimulatedElectrum } from "@electrum-vouchers/testkit";
import { errAsync, type Result, type ResultAsync } from "neverthrow";
import type { PausableClock } from "../harness/pausable-clock.ts";
import type { Oracle } from "../oracle/oracle.ts";
import type { DecidedIntent } from "../oracle/promises.ts";
import { fingerprintOf } from "../oracle/transaction-history.ts";
import { provisionRequest, redemptionRequest, refundRequest, tenders } from "../simulation/messages.ts";

/** An action of a documented flow, or one that only a crash makes worth a look. */
export type CrashFlowAction =
  | FlowAction
  /** All at the same moment. */
  | { readonly type: "together"; readonly actions: readonly FlowAction[] }
  /** The connection breaks under the next message of this operation, which arrives all the same. */
  | { readonly type: "interruptNext"; readonly operation: Operation };

/** The user of the till. The user can do everything again after a crash, under the same ids. */
export interface ActionContext {
  readonly till: Till;
  readonly clock: PausableClock;
  readonly electrum: SimulatedElectrum;
  readonly oracle: Oracle;
  readonly provider: ProviderName;
  /** The code of the voucher that the customer brings. */
  readonly voucherCode: string;
  /** What has happened in the world and does not happen again. */
  readonly pastEvents: Set<CrashFlowAction>;
}

/** Plays one action of a flow in simulated time. A kill is not played: the till is killed at each point of such a sale anyway. */
export async function performAction(context: ActionContext, action: CrashFlowAction): Promise<void> {
  const { till, electrum } = context;
  switch (action.type) {
    case "sell":
      return sell(context, idOf(action.transaction));
    case "sellAndCancel":
      return sellAndCancel(context, action.transaction);
    case "sellUntilKilled":
      await sell(context, idOf(action.transaction));
      return action.moment === "adviceRepeated"
        ? decide(context, idOf(action.transaction), "confirm", confirmSale(context))
        : undefined;
    case "confirm":
      return decide(context, idOf(action.transaction), "confirm", confirmSale(context));
    case "cancel":
      return decide(context, idOf(action.transaction), "cancel", (id) => till.cancel(id));
    case "lookUp":
      return lookUp(context, idOf(action.transaction));
    case "redeem":
      return redeem(context, idOf(action.transaction));
    case "confirmRedemption":
      return decide(context, idOf(action.transaction), "confirm", (id) => till.confirmRedemption(id));
    case "redeemUntilKilled":
      await lookUp(context, idOf(action.transaction));
      return redeem(context, idOf(action.transaction));
    case "resend":
      return settleDispute(context, idOf(action.transaction), (id) => till.resend(id, OPERATOR));
    case "resolve":
      return settleDispute(context, idOf(action.transaction), (id) =>
        till.resolve(id, { ...OPERATOR, resolution: action.resolution }),
      );
    case "refund":
      return refund(context, idOf(action.transaction), idOf(action.of), action.amount);
    case "refundUntilKilled":
      return refund(context, idOf(action.transaction), idOf(action.of), "all");
    case "confirmRefund":
      return decide(context, idOf(action.transaction), "confirm", (id) => till.confirmRefund(id));
    case "lookUpSale":
      return lookUpSale(context, idOf(action.transaction));
    case "waitForAll":
    case "recover":
      return awaitAll(context);
    case "waitUntilProbing":
    case "waitUntilRepeating":
      return undefined;
    case "together":
      await Promise.all(action.actions.map((each) => performAction(context, each)));
      return undefined;
    case "setProvider":
      return runOnce(context, action, () => electrum.setProvider(context.provider, action.condition));
    case "takeElectrumDown":
      return runOnce(context, action, () => electrum.disconnect(action.durationMs));
    case "interruptNext":
      return runOnce(context, action, () => electrum.interruptNext(action.operation));
  }
}

/** The id of the n-th transaction of a flow. */
const idOf = (index: number): Uuid => `f0000000-0000-4000-8000-00000000000${index}`;

const sell = (context: ActionContext, id: Uuid): Promise<void> =>
  awaitOutcome(context, id, context.till.provision(provisionRequest(id, context.provider)));

async function sellAndCancel(context: ActionContext, transaction: number): Promise<void> {
  const meanwhile = async (): Promise<void> => {
    await context.clock.sleep(1_000);
    await performAction(context, cancel(transaction));
  };
  await Promise.all([sell(context, idOf(transaction)), meanwhile()]);
}

/** The voucher leaves with the confirmation. A till that comes back finds that it has left. */
const confirmSale =
  ({ till, oracle }: ActionContext) =>
  (id: Uuid): ResultAsync<TransactionView, TillError> =>
    till
      .confirmAndHandOver(id, tenders)
      .map(({ sale, handOver }): TransactionView => {
        oracle.recordHandOver(id, fingerprintOf(handOver.voucher.code));
        return sale;
      })
      .orElse((error) => (error.type === "alreadyHandedOver" ? till.find(id) : errAsync(error)));

const lookUp = (context: ActionContext, id: Uuid): Promise<void> =>
  awaitOutcome(context, id, context.till.lookUp({ voucherCode: context.voucherCode }, { id }));

async function redeem(context: ActionContext, id: Uuid): Promise<void> {
  const { till, provider, voucherCode } = context;
  if ((await find(context, id))?.state !== "found") return;
  await awaitOutcome(context, id, till.redeem(redemptionRequest(id, provider, voucherCode)));
}

const refund = (context: ActionContext, id: Uuid, redemptionId: Uuid, amount: "all" | "part"): Promise<void> => {
  const { till, provider, voucherCode } = context;
  return awaitOutcome(context, id, till.refund(refundRequest(id, provider, voucherCode, redemptionId, amount)));
};

const OPERATOR: NamedReason = { by: "the operator", reason: "Electrum was asked" };

/** An operator acts on what is in dispute, and on nothing else: after a crash it may be settled already. */
async function settleDispute(
  context: ActionContext,
  id: Uuid,
  call: (id: Uuid) => ResultAsync<TransactionView, TillError>,
): Promise<void> {
  if ((await find(context, id))?.state === "disputed") await recordAnswer(context, await call(id));
}

/** The till asks Electrum about its own first sale. Before the end of the sale that is refused. */
async function lookUpSale(context: ActionContext, id: Uuid): Promise<void> {
  const sale = await find(context, idOf(0));
  const lookup = await context.till.lookUp({ provisionRequestId: idOf(0) }, { id });
  const isRefused = lookup.isErr() && lookup.error.type === "lookupTooEarly";
  if (isRefused !== (sale?.state === "issued" || sale?.state === "confirming")) {
    context.oracle.reportViolation(`a lookup of a sale that is ${sale?.state} is ${isRefused ? "" : "not "}refused`);
  }
  if (lookup.isOk()) await recordTold(context, lookup.value);
}

/** Nothing of what has begun is under way any more. */
async function awaitAll(context: ActionContext): Promise<void> {
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
}

/** Something that happens in the world: not again because the till starts anew. */
async function runOnce({ pastEvents }: ActionContext, event: CrashFlowAction, happen: () => void): Promise<void> {
  if (pastEvents.has(event)) return;
  pastEvents.add(event);
  happen();
}

/** More than any flow has. */
export const MAX_TRANSACTIONS = 4;
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
  call: (id: Uuid) => ResultAsync<TransactionView, TillError>,
): Promise<void> {
  const state = (await find(context, id))?.state;
  const isOpen =
    state === "issued" ||
    state === "redeemed" ||
    state === "refunded" ||
    (decision === "cancel" && state !== undefined);
  const isDecided = context.oracle.histories.get(id)?.decision === decision;
  // A user who does not know whether the till received a decision repeats it.
  if (!isOpen && !isDecided && state !== "confirming" && state !== "confirmed") return;
  const result = await call(id);
  if (result.isOk()) context.oracle.recordDecision(id, decision);
  await recordAnswer(context, result);
}

/** What came of a request, in the end: it may be under way already, left by a process that died. */
async function awaitOutcome(
  context: ActionContext,
  id: Uuid,
  call: ResultAsync<TransactionView, TillError>,
): Promise<void> {
  const result = await call;
  await recordAnswer(context, result);
  const unansweredStates = new Set(["requesting", "waitingToRetry", "lookingUp", "waitingToLookUp", "redeeming"]);
  for (let waitedMs = 0; waitedMs < MAX_WAIT_MS; waitedMs += POLL_INTERVAL_MS) {
    const found = await find(context, id);
    if (found === undefined || !unansweredStates.has(found.state)) return;
    await context.clock.sleep(POLL_INTERVAL_MS);
  }
  context.oracle.reportViolation("a request never comes to an end");
}

async function find(context: ActionContext, id: Uuid): Promise<TransactionView | undefined> {
  const found = await context.till.find(id);
  if (found.isErr() && found.error.type === "unknownTransaction") return undefined;
  return recordAnswer(context, found);
}

/** A refusal is an answer; anything else is not to be expected of a till whose outbox works. */
async function recordAnswer(
  context: ActionContext,
  result: Result<TransactionView, TillError>,
): Promise<TransactionView | undefined> {
  if (result.isOk()) return recordTold(context, result.value);
  if (result.error.type !== "refused") context.oracle.reportViolation(`the till says ${result.error.type}`);
  return undefined;
}

/** The till has told of this transaction. What may be handed over is handed over. */
async function recordTold({ oracle, till }: ActionContext, view: TransactionView): Promise<TransactionView> {
  oracle.recordToldState(view.id, view.state);
  if (!canHandOver(view)) return view;
  const given = await till.handOver(view.id);
  const code = given.map(({ voucher }) => voucher?.code).unwrapOr(undefined);
  if (code !== undefined) oracle.recordHandOver(view.id, fingerprintOf(code));
  return view;
}
