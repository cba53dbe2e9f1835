import { decode, decodeEntry, type Entry, replay, type Transaction, type Uuid } from "@electrum-vouchers/core";
import { openSqliteOutbox, type SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { Alert } from "@electrum-vouchers/runtime";
import { Result } from "neverthrow";
import { prepareVoucher, withFaults } from "./acts.ts";
import type { Flow } from "./flow.ts";
import { messagesOf, withErrorTypes } from "./messages.ts";
import { setStage, type Stage } from "./stage.ts";
import type { SwitchTransaction } from "./switch-view.ts";
import { type Line, timeline } from "./timeline.ts";

/** What came of a flow, as its database and its switch tell it. */
export interface Played {
  readonly lines: readonly Line[];
  readonly transactions: readonly PlayedTransaction[];
  /** What the tills alerted a person to. */
  readonly alerts: readonly Alert[];
}

export interface PlayedTransaction {
  /** As it lies in the database. */
  readonly transaction: Transaction;
  /** All that it passed through, by its journal. */
  readonly states: readonly string[];
  /** As the switch has it; absent where it never heard of it. */
  readonly electrum: SwitchTransaction | undefined;
  /** The state of its voucher at the switch. */
  readonly voucher: string | undefined;
}

/** Plays a flow from its start to its end, with its files below `folder`. Throws where it gets stuck. */
export async function play(flow: Flow, folder: string): Promise<Played> {
  const stage = await setStage(flow.given ?? {}, folder);
  try {
    const { voucher, faults = [] } = flow.given ?? {};
    if (voucher !== undefined) await prepareVoucher(stage);
    await withFaults(stage, faults);
    const startedAt = Date.now();
    for (const act of flow.acts) await act(stage);
    await stage.closeTill();
    return await lookBack(stage, startedAt);
  } finally {
    await stage.close();
  }
}

async function lookBack(stage: Stage, startedAt: number): Promise<Played> {
  const { electrum, provider, ids, events, refused } = stage;
  await stage.until("the advices to reach the provider", async () => (await electrum.provider(provider)).queued === 0);
  const { name, queued, seen } = await electrum.provider(provider);
  const sent = withErrorTypes(messagesOf(events), await electrum.requests());
  const messages = [...sent, ...refused].toSorted((left, right) => left.at - right.at);
  const outbox = openSqliteOutbox({ path: stage.db })._unsafeUnwrap();
  const transactions = await Promise.all(ids.map((id) => lookUp(stage, outbox, id)));
  await outbox.close().unwrapOr(undefined);
  return {
    lines: timeline(messages, { name, queued, seen: seen.filter(({ at }) => at >= startedAt) }),
    transactions,
    alerts: events.flatMap((event) => (event.type === "alert" ? [event.alert] : [])),
  };
}

async function lookUp({ electrum }: Stage, outbox: SqliteOutbox, id: Uuid): Promise<PlayedTransaction> {
  const stored = (await outbox.load(id))._unsafeUnwrap();
  if (stored === undefined) throw new Error(`${id} is not in the database`);
  const transaction = decode(stored.record)._unsafeUnwrap();
  const entries = Result.combine((await outbox.journal(id))._unsafeUnwrap().map(decodeEntry))._unsafeUnwrap();
  const atElectrum = await electrum.transaction(id);
  const code = atElectrum?.voucherCode;
  return {
    transaction,
    states: statesIn(entries),
    electrum: atElectrum,
    voucher: code === undefined ? undefined : await electrum.voucherState(code),
  };
}

/** The states that a journal leads through, each once where it lasts. */
function statesIn(entries: readonly Entry[]): readonly string[] {
  const states = entries.map((_, index): string => replay(entries.slice(0, index + 1))._unsafeUnwrap().state);
  return states.filter((state, index) => state !== states[index - 1]);
}
