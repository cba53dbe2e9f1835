// 14 to 16: one trouble stays one's own. What is measured is what healthy advices experience, beside failing ones and without.
//
// 14   a backlog goes out; a share of it fails for ever. Time until the last healthy one is acknowledged, none failing against some.
// 14b  the same by silence. All time-outs of a delivery are scaled down alike, from 60 s to `SILENT_DEADLINE_MS`.
// 15   the wait from a decision to its acknowledgement, with very many advices in the store that fail for ever, against none.
// 16   one claim, with as many stuck, against none: of a first delivery, and of a repeat of another queue.

import { setTimeout as sleep } from "node:timers/promises";
import type { HttpResponse, NoResponse, OutgoingMessage } from "@electrum-vouchers/core";
import type { Change, ClaimRequest, Electrum } from "@electrum-vouchers/core/ports";
import { startTill } from "@electrum-vouchers/runtime";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import { respondTo } from "../approving-electrum.ts";
import { commitEach } from "../backlog.ts";
import { withOutbox } from "../files.ts";
import { interleave, quantile } from "../rounds.ts";
import { type Effort, type BenchmarkRow, formatMs, formatRate } from "../row.ts";
import { createProvisionRequest, createSaleSteps, samplePolicy } from "../sample.ts";
import { LEASE_MS } from "./drain.ts";

/** The advices that wait in row 14: as many as `performance.md` names. */
const WAITING = 2_000;

const SLOTS = 8;

/** Electrum's own deadline of 60 s, and the 2 s after which a delivery leaves its slot, scaled by the same factor. */
const DEADLINE_MS = 60_000;
const DETACH_AFTER_MS = 2_000;
const SILENT_DEADLINE_MS = 2_000;

const shares = [
  { share: 1 / 16, name: "1 in 16", atLeast: 0.9 },
  { share: 1 / 2, name: "1 in 2", atLeast: 0.8 },
  { share: 15 / 16, name: "15 in 16", atLeast: 0.7 },
] as const;

/** How the failing fail for ever: some Electrum's answers, some a gateway's. */
const failures: readonly HttpResponse[] = [
  { status: 503, body: "" },
  { status: 500, body: "" },
  { status: 403, body: "<html><body>Forbidden</body></html>" },
];

/** New sales of row 15, in one round. */
const NEW_SALES = 100;

const CLAIMS = 50;

const MAX_WAIT_MS = 10_000;

/** Claims alternate in short rounds, since the speed of a disk changes often. */
const TURNS = 4;

const STUCK_QUEUE = "bench/stuck";

/** How much is stored or postponed at once. */
const BATCH = 500;

export const measureIsolation = async (effort: Effort): Promise<readonly BenchmarkRow[]> => {
  const backlog = Array.from({ length: WAITING }, createQueuedSale);
  return [
    ...(await measureFailing(backlog, effort)),
    ...(await measureSilent(backlog, effort)),
    ...(await measureStuck(effort)),
  ];
};

/** A sale whose confirmation is due, as its first commit. */
function createQueuedSale(): Change {
  const [, , confirming] = createSaleSteps();
  return { ...confirming, expectedVersion: 0 };
}

async function measureFailing(backlog: readonly Change[], { rounds }: Effort): Promise<readonly BenchmarkRow[]> {
  const answer = (index: number): HttpResponse => failures[index % failures.length] ?? { status: 503, body: "" };
  const fail = async (index: number): Promise<Result<HttpResponse, NoResponse>> => ok(answer(index));
  const deliver = (share: number, isApart: boolean) => (): Promise<number> =>
    deliverBacklog({ backlog, share, isApart, fail, deadlineMs: DEADLINE_MS });
  const [few, half, most] = shares;
  const figures = await interleave(
    {
      none: deliver(0, false),
      few: deliver(few.share, false),
      fewApart: deliver(few.share, true),
      half: deliver(half.share, false),
      halfApart: deliver(half.share, true),
      most: deliver(most.share, false),
      mostApart: deliver(most.share, true),
    },
    rounds,
  );
  const row = ({ name, atLeast }: (typeof shares)[number], place: string, ms: number): BenchmarkRow => ({
    number: 14,
    measure: `last healthy advice of ${WAITING.toLocaleString("en")}, ${name} failing, in ${place} queue`,
    ours: formatMs(ms),
    denominator: `none failing: ${formatMs(figures.none)}, ${formatRate((WAITING * 1_000) / figures.none)}`,
    ratio: figures.none / ms,
    expected: { atLeast },
  });
  return [
    row(few, "the same", figures.few),
    row(few, "another", figures.fewApart),
    row(half, "the same", figures.half),
    row(half, "another", figures.halfApart),
    row(most, "the same", figures.most),
    row(most, "another", figures.mostApart),
  ];
}

async function measureSilent(backlog: readonly Change[], { rounds }: Effort): Promise<readonly BenchmarkRow[]> {
  const [{ share, name }] = shares;
  const deliver = (failing: number, isApart: boolean) => (): Promise<number> =>
    deliverBacklog({ backlog, share: failing, isApart, fail: keepSilent, deadlineMs: SILENT_DEADLINE_MS });
  const figures = await interleave(
    { none: deliver(0, false), same: deliver(share, false), apart: deliver(share, true) },
    rounds,
  );
  const row = (place: string, ms: number, atLeast: number): BenchmarkRow => ({
    number: 14,
    measure: `the same of ${WAITING.toLocaleString("en")}, ${name} silent, in ${place} queue`,
    ours: formatMs(ms),
    denominator: `none silent: ${formatMs(figures.none)}; deadline ${formatMs(SILENT_DEADLINE_MS)}`,
    ratio: figures.none / ms,
    expected: { atLeast },
  });
  return [row("the same", figures.same, 0.7), row("another", figures.apart, 0.9)];
}

interface Delivering {
  readonly backlog: readonly Change[];
  /** The share of the backlog that fails for ever. */
  readonly share: number;
  /** Whether the failing ones are in a queue of their own. */
  readonly isApart: boolean;
  /** What the sender of a failing advice gets; `index` is its place in the backlog. */
  readonly fail: (index: number, timeoutMs: number, over: AbortSignal) => Promise<Result<HttpResponse, NoResponse>>;
  readonly deadlineMs: number;
}

/** Milliseconds until the last healthy advice of a backlog is acknowledged, from the start of the till. */
async function deliverBacklog({ backlog, share, isApart, fail, deadlineMs }: Delivering): Promise<number> {
  const failing = new Map(backlog.flatMap(({ id }, index) => (isFailing(index, share) ? [[id, index] as const] : [])));
  return withOutbox(async (outbox) => {
    await commitEach(outbox, backlog, (change) =>
      isApart && failing.has(change.id) ? { ...change, labels: { ...change.labels, queue: STUCK_QUEUE } } : change,
    );
    let left = backlog.length - failing.size;
    const done = Promise.withResolvers<void>();
    const over = new AbortController();
    const startedMs = performance.now();
    const till = await startTill({
      outbox,
      policy: samplePolicy,
      electrum: electrumWith((outgoing, timeoutMs) => {
        const index = failing.get(requestIdOf(outgoing));
        return index === undefined ? undefined : fail(index, timeoutMs, over.signal);
      }),
      forwarding: {
        concurrency: SLOTS,
        deadlineMs,
        detachAfterMs: (DETACH_AFTER_MS * deadlineMs) / DEADLINE_MS,
      },
      onEvent: (event) => {
        if (event.type === "step" && (left -= 1) === 0) done.resolve();
      },
    });
    await isDoneInTime(done.promise);
    const tookMs = performance.now() - startedMs;
    over.abort();
    await till.stop();
    return tookMs;
  });
}

/** The failing ones lie evenly between the others. */
const isFailing = (index: number, share: number): boolean =>
  Math.floor((index + 1) * share) > Math.floor(index * share);

/** Rows 15 and 16, on two stores that stay: one in which very many advices are stuck, and one without. */
async function measureStuck(effort: Effort): Promise<readonly BenchmarkRow[]> {
  const { unfinished, rounds } = effort;
  const stuckName = unfinished.toLocaleString("en");
  return withOutbox((withStuck) =>
    withOutbox(async (without) => {
      const stuck = await fillStuck(withStuck, unfinished);
      const sales = await interleave(
        { withStuck: () => sellMs(withStuck, stuck), without: () => sellMs(without, stuck) },
        rounds,
      );
      for (const outbox of [withStuck, without]) await fillHealthy(outbox);
      const first: ClaimPart = { deliveries: "first" };
      const repeat: ClaimPart = { deliveries: "repeat", exceptQueues: [STUCK_QUEUE] };
      const claims = await interleave(
        {
          firstStuck: () => claimMs(withStuck, first),
          first: () => claimMs(without, first),
          repeatStuck: () => claimMs(withStuck, repeat),
          repeat: () => claimMs(without, repeat),
        },
        rounds * TURNS,
      );
      const row = (number: number, measure: string, ours: number, none: number): BenchmarkRow => ({
        number,
        measure,
        ours: formatMs(ours),
        denominator: `none stuck: ${formatMs(none)}`,
        ratio: ours / none,
        expected: { atMost: 1.5 },
      });
      return [
        row(15, `from decision to acknowledgement, p99, ${stuckName} stuck`, sales.withStuck, sales.without),
        row(16, `claim of a first delivery, ${stuckName} stuck and due`, claims.firstStuck, claims.first),
        row(16, `claim of a repeat of another queue, ${stuckName} stuck and due`, claims.repeatStuck, claims.repeat),
      ];
    }),
  );
}

/** Fills the store with advices that have been delivered and have failed. Gives the ids of their requests. */
async function fillStuck(outbox: SqliteOutbox, count: number): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (let from = 0; from < count; from += BATCH) {
    const some = Array.from({ length: Math.min(BATCH, count - from) }, createQueuedSale);
    for (const { id } of some) ids.add(id);
    await commitEach(outbox, some, (change) => ({ ...change, labels: { ...change.labels, queue: STUCK_QUEUE } }));
    await postponeAll(outbox, some.length, { queues: [STUCK_QUEUE] });
  }
  return ids;
}

/** Healthy advices to claim: some that were never delivered, and some that were. */
async function fillHealthy(outbox: SqliteOutbox): Promise<void> {
  const create = (): readonly Change[] => Array.from({ length: 2 * CLAIMS }, createQueuedSale);
  await commitEach(outbox, create(), (change) => change);
  await postponeAll(outbox, 2 * CLAIMS, { exceptQueues: [STUCK_QUEUE] });
  await commitEach(outbox, create(), (change) => change);
}

/** The advices that were just stored have been delivered once, in vain, and are due again. */
async function postponeAll(outbox: SqliteOutbox, count: number, part: ClaimPart): Promise<void> {
  const now = Date.now() + 1;
  const claimed = await claim(outbox, { ...part, deliveries: "first" }, count, now);
  if (claimed.length !== count) throw new RangeError(`${count} are to be postponed, and not ${claimed.length}`);
  for (const { id, version } of claimed)
    (await outbox.postpone({ id, version, at: now, until: now, reason: "status 503" }))._unsafeUnwrap();
  (await outbox.release({ worker: WORKER }))._unsafeUnwrap();
}

/** The 99th percentile of the time from a decision until Electrum's acknowledgement is known, of new sales one after the other. */
async function sellMs(outbox: SqliteOutbox, stuck: ReadonlySet<string>): Promise<number> {
  const acknowledged = new Map<string, () => void>();
  const till = await startTill({
    outbox,
    policy: samplePolicy,
    electrum: electrumWith((outgoing) =>
      stuck.has(requestIdOf(outgoing)) ? Promise.resolve(ok({ status: 503, body: "" })) : undefined,
    ),
    forwarding: { concurrency: SLOTS },
    onEvent: (event) => {
      if (event.type === "step" && event.to === "confirmed") acknowledged.get(event.id)?.();
    },
  });
  const figures: number[] = [];
  for (let sales = 0; sales < NEW_SALES; sales += 1) {
    const request = createProvisionRequest();
    const sale = (await till.provision(request))._unsafeUnwrap();
    const done = Promise.withResolvers<void>();
    acknowledged.set(request.id, done.resolve);
    const startedMs = performance.now();
    (await till.confirm(sale.id, []))._unsafeUnwrap();
    const isDone = await isDoneInTime(done.promise);
    figures.push(performance.now() - startedMs);
    if (!isDone) break;
  }
  await till.stop();
  return quantile(figures, 0.99);
}

/** Waits no longer than `MAX_WAIT_MS`, so that a trouble that is everybody's is a bad figure, and no benchmark without an end. */
async function isDoneInTime(done: Promise<void>): Promise<boolean> {
  const bound = new AbortController();
  const isDone = await Promise.race([
    done.then(() => true),
    sleep(MAX_WAIT_MS, false, { signal: bound.signal }).catch(() => false),
  ]);
  bound.abort();
  return isDone;
}

type ClaimPart = Pick<ClaimRequest, "deliveries" | "queues" | "exceptQueues">;

const WORKER = "bench";

/** The median time to claim one record. */
async function claimMs(outbox: SqliteOutbox, part: ClaimPart): Promise<number> {
  const figures: number[] = [];
  for (let claims = 0; claims < CLAIMS; claims += 1) {
    const startedMs = performance.now();
    const claimed = await claim(outbox, part, 1, Date.now() + 1);
    figures.push(performance.now() - startedMs);
    if (claimed.length === 0) throw new RangeError("there is enough to claim");
  }
  // Released, so that the next claims need not skip these records.
  (await outbox.release({ worker: WORKER }))._unsafeUnwrap();
  return quantile(figures, 0.5);
}

async function claim(
  outbox: SqliteOutbox,
  part: ClaimPart,
  limit: number,
  now: number,
): Promise<readonly { readonly id: Change["id"]; readonly version: number }[]> {
  const claimed = await outbox.claim({ ...part, worker: WORKER, work: ["advice"], now, until: now + LEASE_MS, limit });
  return claimed._unsafeUnwrap().records;
}

type Trouble = (outgoing: OutgoingMessage, timeoutMs: number) => Promise<Result<HttpResponse, NoResponse>> | undefined;

/** Electrum in this process: it approves and acknowledges at once, but for what is in trouble. */
const electrumWith = (troubleOf: Trouble): Electrum => ({
  send: (outgoing, deadlineAt) =>
    new ResultAsync(troubleOf(outgoing, deadlineAt - Date.now()) ?? Promise.resolve(ok(respondTo(outgoing)))),
  close: () => {},
});

const requestIdOf = ({ message }: OutgoingMessage): string => ("requestId" in message ? message.requestId : "");

/** No answer, up to the deadline, or until what is measured is over. */
const keepSilent: Delivering["fail"] = (_index, timeoutMs, over) =>
  new Promise((resolve) => {
    const end = (): void => resolve(err({ cause: "deadline" }));
    const timer = setTimeout(end, timeoutMs);
    over.addEventListener("abort", () => {
      clearTimeout(timer);
      end();
    });
  });
