import { decode, decodeEntry, type JournalEntry, type Transaction, type Uuid } from "@electrum-vouchers/core";
import { openSqliteOutbox, type SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Alert } from "@electrum-vouchers/runtime";
import type { DocumentedFlow } from "@electrum-vouchers/testkit";
import { Result } from "neverthrow";
import { prepareVoucher, injectFaults, performAction } from "./actions.ts";
import { messagesOf, withErrorTypes } from "./sent-messages.ts";
import { openContext, type FlowContext } from "./flow-context.ts";
import type { SwitchTransaction } from "./switch-admin.ts";
import { type TimelineEntry, buildTimeline } from "./timeline.ts";

/** What came of a flow, as its database and its switch tell it. */
export interface FlowResult {
  readonly timeline: readonly TimelineEntry[];
  readonly transactions: readonly FlowTransaction[];
  /** What the tills alerted a person to. */
  readonly alerts: readonly Alert[];
}

export interface FlowTransaction {
  /** As it lies in the database. */
  readonly transaction: Transaction;
  /** All that it passed through, by its journal. */
  readonly states: readonly string[];
  /** As the switch has it; absent if the switch never received it. */
  readonly switchTransaction: SwitchTransaction | undefined;
  /** The state of its voucher at the switch. */
  readonly voucherState: string | undefined;
}

/** Runs a flow from its start to its end, with its files below `folder`. Throws if it does not end. */
export async function runFlow({ given = {}, actions }: DocumentedFlow, folder: string): Promise<FlowResult> {
  const context = await openContext(given, folder);
  try {
    if (given.hasVoucher === true) await prepareVoucher(context);
    await injectFaults(context, given.faults ?? []);
    const startedAt = Date.now();
    for (const action of actions) await performAction(context, action);
    await context.closeTill();
    return await inspectResult(context, startedAt);
  } finally {
    await context.close();
  }
}

async function inspectResult(context: FlowContext, startedAt: number): Promise<FlowResult> {
  const { switchAdmin, provider, ids, events, refusedMessages } = context;
  await context.waitUntil(
    "the advices to reach the provider",
    async () => (await switchAdmin.provider(provider)).queued === 0,
  );
  const { name, queued, receivedMessages } = await switchAdmin.provider(provider);
  const sent = withErrorTypes(messagesOf(events), await switchAdmin.requests());
  const messages = [...sent, ...refusedMessages].toSorted((left, right) => left.at - right.at);
  const outbox = openSqliteOutbox({ path: context.db, mustExist: true })._unsafeUnwrap();
  const transactions = await Promise.all(ids.map((id) => loadTransaction(context, outbox, id)));
  await outbox.close().unwrapOr(undefined);
  return {
    timeline: buildTimeline(messages, {
      name,
      queued,
      receivedMessages: receivedMessages.filter(({ at }) => at >= startedAt),
    }),
    transactions,
    alerts: events.flatMap((event) => (event.type === "alert" ? [event.alert] : [])),
  };
}

async function loadTransaction({ switchAdmin }: FlowContext, outbox: SqliteOutbox, id: Uuid): Promise<FlowTransaction> {
  const stored = (await outbox.load(id))._unsafeUnwrap();
  if (stored === undefined) throw new Error(`${id} is not in the database`);
  const transaction = decode(stored.record)._unsafeUnwrap();
  const entries = Result.combine((await outbox.journal(id))._unsafeUnwrap().map(decodeEntry))._unsafeUnwrap();
  const atElectrum = await switchAdmin.transaction(id);
  const code = atElectrum?.voucherCode;
  return {
    transaction,
    states: statesIn(entries),
    switchTransaction: atElectrum,
    voucherState: code === undefined ? undefined : await switchAdmin.voucherState(code),
  };
}

/** The states that a journal leads through, each once if it lasts. */
function statesIn(entries: readonly JournalEntry[]): readonly string[] {
  const states = entries.flatMap((entry): readonly string[] => ("state" in entry ? [entry.state] : []));
  return states.filter((state, index) => state !== states[index - 1]);
}
