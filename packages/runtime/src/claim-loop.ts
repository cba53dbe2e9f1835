import type { ClaimedRecord, Outbox, Work } from "@electrum-vouchers/core/ports";
import { type Alarm, alertsOf, unexpected } from "./alarm.ts";
import type { Clock } from "./clock.ts";
import { readRecord, type Versioned } from "./drive.ts";
import { startLoop } from "./loop.ts";
import { createPlaces, isTimely, type Waiting } from "./places.ts";

export interface ClaimLoopOptions {
  readonly outbox: Pick<Outbox, "claim" | "postpone" | "release">;
  readonly clock: Clock;
  readonly worker: string;
  readonly work: readonly Work[];
  /** How many records at most are worked on at once. */
  readonly concurrency: number;
  /** How long the lease of a record must still last when the work on it begins. */
  readonly leaseMs: number;
  /** How long work may be overdue before it is claimed: the time its first owner is left to do it. */
  readonly graceMs: number;
  /** Whether more may be taken up now. Default: as many as `concurrency` leaves. */
  gate?(): Gate;
  handle(record: ClaimedRecord, current: Versioned): Promise<void>;
  readonly alarm: Alarm;
}

export interface Gate {
  /** How many may be taken up. Where that is fewer than `concurrency`, nothing is claimed ahead. */
  readonly limit: number;
  /** Where none may: how long to wait before asking again. Absent: until something is notified. */
  readonly waitMs?: number;
}

export interface ClaimLoop {
  /** Something may be due earlier than the loop knows. */
  notify(): void;
  /** Claims nothing more; resolves once what is under way has ended. */
  stop(): Promise<void>;
}

/**
 * The loop sleeps until the next work is due, or is told of new work. It looks by itself this often all the same: another
 * process on the same outbox may have died with work that nobody told us of.
 */
const MAX_SLEEP_MS = 60_000;

/** How long to leave an outbox alone that did not answer. */
const UNAVAILABLE_PAUSE_MS = 1_000;

/** What cannot be read now will not be readable soon; a person has been alerted. */
const DAMAGED_PAUSE_MS = 60 * 60 * 1000;

/**
 * Where a place is free, as many are claimed ahead as twice all places, so that a claim brings many. So memory is bounded by the
 * places, whatever the backlog.
 */
const AHEAD = 2;

/**
 * How long a record that was claimed ahead may wait for its place. After that it is given back: others may have one. They find it
 * when they next look, since nobody tells them.
 */
const AHEAD_MS = 5_000;

/** Claims due work and hands it out, oldest first, a bounded number at a time. A quiet outbox is not polled. */
export function startClaimLoop(options: ClaimLoopOptions): ClaimLoop {
  const { clock, alarm, concurrency } = options;
  const places = createPlaces({
    count: concurrency,
    work: (record) => handle(options, record).catch((error: unknown) => alarm(unexpected(record.id, error))),
    ended: () => loop.notify(),
  });
  const loop = startLoop({ clock, look, maxSleepMs: MAX_SLEEP_MS });

  /** Begins what waits and claims what is due; gives how long to wait before looking again. */
  async function look(): Promise<number> {
    const gate = options.gate?.() ?? { limit: concurrency };
    const isOpen = gate.limit >= concurrency;
    const untimely = places.waiting().filter((each) => !isOpen || !isTimely(each, clock.now()));
    if (untimely.length > 0) {
      places.remove(untimely);
      await giveBack(options, untimely);
      return 0;
    }
    places.begin(clock.now());
    const limit = Math.min(places.free(), gate.limit);
    // Whoever ends notifies, so that a full loop need not look by itself.
    const waitMs =
      limit === 0
        ? (gate.waitMs ?? Number.POSITIVE_INFINITY)
        : await claim(isOpen ? limit + AHEAD * concurrency : limit);
    const [oldest] = places.waiting();
    return oldest === undefined ? waitMs : Math.min(waitMs, oldest.beginBy + 1 - clock.now());
  }

  /** Claims so many; gives how long to wait before claiming more. */
  async function claim(limit: number): Promise<number> {
    const { outbox, worker, work, graceMs, leaseMs } = options;
    const now = clock.now();
    const beginBy = now + AHEAD_MS;
    const claimed = await outbox.claim({ worker, work, now: now - graceMs, until: beginBy + leaseMs, limit });
    if (claimed.isErr()) {
      alarm({ reason: "outboxUnavailable", error: claimed.error });
      return UNAVAILABLE_PAUSE_MS;
    }
    const { records, nextDueAt = Number.POSITIVE_INFINITY } = claimed.value;
    // What was claimed while the till stopped is given back with its leases.
    if (loop.isStopping()) return 0;
    places.add(records.map((record) => ({ record, beginFrom: record.due.at + graceMs, beginBy })));
    places.begin(clock.now());
    // Where the claim took so long that there is no time left, or the clock was set back meanwhile, the next look gives them back.
    if (places.waiting().some((each) => !isTimely(each, clock.now()))) return 0;
    return records.length < limit ? nextDueAt + graceMs - clock.now() : 0;
  }

  return {
    notify: () => loop.notify(),
    stop: async () => {
      await loop.stop();
      await places.allEnded();
    },
  };
}

async function giveBack({ outbox, worker, alarm }: ClaimLoopOptions, untimely: readonly Waiting[]): Promise<void> {
  const released = await outbox.release({ worker, records: untimely.map(({ record }) => record) });
  released.orTee((error) => alarm({ reason: "outboxUnavailable", error }));
}

async function handle({ outbox, clock, alarm, ...options }: ClaimLoopOptions, record: ClaimedRecord): Promise<void> {
  const current = readRecord(record);
  if (current.isOk()) return options.handle(record, current.value);
  const { id, version } = record;
  alertsOf(id, current.error).forEach(alarm);
  const until = clock.now() + DAMAGED_PAUSE_MS;
  const postponed = await outbox.postpone({ id, version, until, why: "the record is damaged" });
  postponed.orTee((error) => alarm({ reason: "outboxUnavailable", error }));
}
