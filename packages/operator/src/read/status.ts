// What an operator asks first: does anything wait that should not. It reads counts, and the records that are unfinished or need attention
// up to a bound; never the history.

import { attentionOf, type Instant, type OutboxReader, printable } from "@electrum-vouchers/core";
import type { OutboxSummary, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import { err, ok, type Result } from "neverthrow";
import { readPages } from "./read-pages.ts";
import { toReadable } from "./readable-transaction.ts";
import { reasonWord, undecidedStates } from "./words.ts";

/** What an outbox looks like at one moment. */
export interface OutboxStatus {
  readonly at: Instant;
  /** Advices that Electrum has not acknowledged. */
  readonly queued: {
    readonly count: number;
    /** Minor units by currency. */
    readonly amounts: Readonly<Record<string, number>>;
    /** Since when the one that waits for longest could have been delivered. */
    readonly oldestDueAt?: Instant;
    /** Why they were put off, the most frequent reason first. */
    readonly reasons: readonly CountedReason[];
  };
  readonly attention: {
    readonly count: number;
    readonly reasons: readonly CountedReason[];
    readonly damaged: number;
  };
  /** Those for which the till must decide. */
  readonly undecided: { readonly count: number; readonly oldestSince?: Instant };
  /** Advices whose credentials are refused. */
  readonly halted: number;
  /** Requests and timers whose time has come, and that no till has taken up. */
  readonly overdue: number;
  /** How many processes have the outbox open. */
  readonly processes: number;
  /** Not all that waits was looked at, so that reasons and ages may be missing. */
  readonly isCut: boolean;
  readonly states: Readonly<Record<string, number>>;
}

export interface CountedReason {
  readonly reason: string;
  readonly count: number;
}

/** A status is to be read in a moment, also when a hundred thousand advices wait. */
const MAX_EXAMINED = 1_000;

/** Reads the status of an outbox. */
export async function readStatus(reader: OutboxReader, now: Instant): Promise<Result<OutboxStatus, OutboxUnavailable>> {
  const summary = await reader.summary(now);
  if (summary.isErr()) return err(summary.error);
  const unfinished = await readPages(reader, { only: "unfinished" }, MAX_EXAMINED);
  if (unfinished.isErr()) return err(unfinished.error);
  const attention = await readPages(reader, { only: "needsAttention" }, MAX_EXAMINED);
  if (attention.isErr()) return err(attention.error);
  const owed = unfinished.value.records.filter(({ due }) => due?.work === "advice");
  const attempts = await reader.attempts(owed.map(({ id }) => id));
  const processes = await reader.countOthers();
  const reads = attention.value.records.map(toReadable);
  const { due, waiting, needsAttention, states, halted } = summary.value;
  const oldestDueAt = earliest(owed.flatMap((each) => each.due?.at ?? []));
  const oldestSince = earliest(
    unfinished.value.records.filter(({ state }) => isUndecided(state)).map(({ committedAt }) => committedAt),
  );
  return ok({
    at: now,
    queued: {
      count: due.advice.count + waiting.advice.count,
      amounts: addAmounts(due.advice.amounts, waiting.advice.amounts),
      ...(oldestDueAt === undefined ? {} : { oldestDueAt }),
      reasons: countReasons(
        attempts.unwrapOr([]).flatMap(({ reason }) => (reason === undefined ? [] : printable(reason))),
      ),
    },
    attention: {
      count: needsAttention,
      reasons: countReasons(reads.flatMap(reasonsIn)),
      damaged: reads.filter(({ type }) => type === "damaged").length,
    },
    undecided: {
      count: undecidedStates.reduce((sum, state) => sum + (states[state] ?? 0), 0),
      ...(oldestSince === undefined ? {} : { oldestSince }),
    },
    halted,
    overdue: due.replyDeadline.count + due.timer.count,
    processes: processes.unwrapOr(0),
    isCut: unfinished.value.isCut || attention.value.isCut,
    states,
  });
}

function reasonsIn(read: ReturnType<typeof toReadable>): readonly string[] {
  if (read.type !== "readable") return [read.type];
  return attentionOf(read.transaction).map(({ reason }) => reasonWord(reason));
}

const isUndecided = (state: string): boolean => undecidedStates.some((each) => each === state);

const earliest = (times: readonly Instant[]): Instant | undefined =>
  times.length === 0 ? undefined : times.reduce((first, at) => Math.min(first, at));

function addAmounts(
  first: OutboxSummary["due"]["advice"]["amounts"],
  second: OutboxSummary["due"]["advice"]["amounts"],
): Readonly<Record<string, number>> {
  const sums = new Map(Object.entries(first));
  for (const [currency, amount] of Object.entries(second)) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  return Object.fromEntries(sums);
}

function countReasons(reasons: readonly string[]): readonly CountedReason[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => ({ reason, count })).toSorted((a, b) => b.count - a.count);
}
