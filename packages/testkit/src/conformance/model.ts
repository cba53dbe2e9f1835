import type {
  Change,
  Due,
  Labels,
  Outbox,
  OutboxInspection,
  RetentionResult,
  RetentionRules,
  Work,
} from "@electrum-vouchers/core/ports";
import * as fc from "fast-check";
import { ok, type Result } from "neverthrow";
import { expect, it } from "vitest";
import { createMemoryOutbox } from "../memory-outbox.ts";
import { createChange, type OpenOutbox, load } from "./fixtures.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync } from "../unwrap.ts";

/** How many histories are tried, and how long each is at most: some seconds for a store that waits for its disk. */
const HISTORIES = 60;
const MAX_CALLS = 40;

/** One call of the port: what it gives, here and in the model. */
type OutboxCall = (outbox: Outbox & OutboxInspection) => Promise<Result<unknown, unknown>>;

/** Shows a call in a counterexample. */
const shown = (name: string, request: unknown, call: OutboxCall): OutboxCall =>
  Object.assign(call, { [fc.toStringMethod]: () => `${name} ${JSON.stringify(request)}` });

/** Few ids, moments and workers, so that calls meet each other. */
const id = fc.nat(4).map(uuid);
const moment = fc.nat(9);
const limit = fc.nat(4);
const worker = fc.constantFrom("a", "b");
const work = fc.constantFrom<Work>("replyDeadline", "timer", "advice");
const due: fc.Arbitrary<Due> = fc.record({ at: moment, work, description: fc.constantFrom("confirmVoucher", "retry") });

const queue = fc.constantFrom("", "q", "r", "s");
const client = fc.constantFrom("", "c", "d");

const terminal = fc.constantFrom("till 1", "till 2");
const correlation = fc.constantFrom("order 1", "order 2");
const amount = fc.record({ amount: fc.nat(3), currency: fc.constantFrom("710", "840") });

const labels: fc.Arbitrary<Labels> = fc.record({ queue, client, terminal, correlation, amount }, { requiredKeys: [] });

/** Whatever differs from one commit to the next. */
const commitFields: fc.Arbitrary<Partial<Change>> = fc.record(
  {
    labels,
    commitId: fc.integer({ min: 10, max: 12 }).map(uuid),
    exclusiveKey: fc.constantFrom("k", "l", null),
    toHandOver: fc.constant<true>(true),
  },
  { requiredKeys: [] },
);

const step = fc.record({
  kind: fc.constantFrom<Change["kind"]>("provision", "redemption", "refund"),
  state: fc.constantFrom("issued", "confirming", "disputed", "confirmed"),
  final: fc.boolean(),
  needsAttention: fc.boolean(),
  at: moment,
});

/** Mostly of the version that is stored, sometimes of one that was or is not yet. */
const commit = fc
  .tuple(fc.nat(4), step, commitFields, fc.option(due, { nil: undefined }), fc.constantFrom(0, 0, 0, 0, -1, 1))
  .map(([n, fields, others, next, versionOffset]) => {
    const given = { ...fields, ...others, ...(next === undefined ? {} : { due: next }) };
    return shown("commit", { n, versionOffset, ...given }, async (outbox) => {
      const stored = await load(outbox, uuid(n));
      const expectedVersion = Math.max((stored?.version ?? 0) + versionOffset, 0);
      return outbox.commit(createChange(n, { ...given, expectedVersion }));
    });
  });

const claim = fc
  .record(
    {
      worker,
      work: fc.array(work, { maxLength: 4 }),
      clients: fc.array(client, { maxLength: 2 }),
      exceptClients: fc.array(client, { maxLength: 2 }),
      queues: fc.array(queue, { maxLength: 3 }),
      exceptQueues: fc.array(queue, { maxLength: 2 }),
      deliveries: fc.constantFrom("first", "repeat"),
      dueSince: moment,
      dueBefore: moment,
      ownerGraceMs: fc.nat(3),
      except: fc.array(id, { maxLength: 2 }),
      now: moment,
      until: fc.nat(14),
      limit,
    },
    { requiredKeys: ["worker", "work", "now", "until", "limit"] },
  )
  .map((request) => shown("claim", request, async (outbox) => outbox.claim(request)));

const postpone = fc
  .record(
    {
      id,
      version: fc.integer({ min: 1, max: 4 }),
      until: fc.nat(14),
      at: fc.constantFrom(0, 5, 20_000),
      reason: fc.constant("status 503"),
      cause: fc.constantFrom("noResponse", "halted"),
    },
    { requiredKeys: ["id", "version", "at", "until", "reason"] },
  )
  .map((postponement) => shown("postpone", postponement, async (outbox) => outbox.postpone(postponement)));

const advance = fc
  .record({ queue, now: moment, limit })
  .map((request) => shown("advance", request, async (outbox) => outbox.advance(request)));

const findAhead = fc
  .record(
    { clients: fc.array(client, { maxLength: 2 }), now: fc.constantFrom(-20_000, -10_003, 0), limit },
    {
      requiredKeys: ["now", "limit"],
    },
  )
  .map((request) => shown("findAhead", request, async (outbox) => outbox.findAhead(request)));

const claimedOnce = fc.record({ id, version: fc.integer({ min: 1, max: 4 }) });

const release = fc
  .record({ worker, records: fc.array(claimedOnce, { maxLength: 3 }) }, { requiredKeys: ["worker"] })
  .map((description) => shown("release", description, async (outbox) => outbox.release(description)));

const list = fc
  .record(
    {
      only: fc.constantFrom("unfinished", "needsAttention", "toHandOver"),
      kind: fc.constantFrom("provision", "redemption", "refund"),
      state: fc.constantFrom("requesting", "issued"),
      queue: fc.oneof(queue, fc.constant("")),
      client: fc.oneof(client, fc.constant("")),
      terminal,
      correlation,
      dueBy: moment,
      committedBefore: moment,
      committedSince: moment,
      after: id,
      limit,
    },
    { requiredKeys: ["limit"] },
  )
  .map((query) => shown("list", query, async (outbox) => outbox.list(query)));

const journal = id.map((which) => shown("journal", which, async (outbox) => outbox.journal(which)));

const rules: RetentionRules = {
  standing: () => ok("settled"),
  redact: ({ entries }) => ok({ record: "***", entries: entries.map(() => "***") }),
};

/** Whether it is erased depends on who reads meanwhile. */
const withoutErased = ({ isErased: _, ...result }: RetentionResult): Omit<RetentionResult, "isErased"> => result;

const applyRetention = fc
  .record({ redactBefore: moment, deleteBefore: fc.constantFrom(0, 0, 3), limit })
  .map((request) =>
    shown("applyRetention", request, async (outbox) =>
      outbox.applyRetention({ ...request, redactUnsettledBefore: request.redactBefore, rules }).map(withoutErased),
    ),
  );

const history = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: commit },
    { weight: 4, arbitrary: claim },
    { weight: 2, arbitrary: postpone },
    { weight: 1, arbitrary: advance },
    { weight: 1, arbitrary: findAhead },
    { weight: 1, arbitrary: release },
    { weight: 1, arbitrary: list },
    { weight: 1, arbitrary: journal },
    { weight: 1, arbitrary: applyRetention },
  ),
  { maxLength: MAX_CALLS },
);

/**
 * A result as plain data: two that are compared as they are count as equal, whatever they hold, since they can be iterated over. How
 * long a record has waited differs.
 */
const toOutcome = (result: Result<unknown, unknown>): unknown =>
  result.match(
    (value) => ({ value: withoutWaits(value) }),
    (error) => ({ error }),
  );

const withoutWaits = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null, (field, inner: unknown) => (field === "waitedMs" ? undefined : inner)));

/** Whatever is asked of it in whatever order, it answers as the outbox in memory does, which is simple enough to trust. */
export function testAgainstModel(open: OpenOutbox): void {
  it("in every history of calls", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(history, async (calls) => {
        const outbox = await open();
        const model = createMemoryOutbox();
        for (const call of calls) {
          expect(toOutcome(await call(outbox))).toEqual(toOutcome(await call(model)));
          expect(await unwrapAsync(outbox.summary(4))).toEqual(await unwrapAsync(model.summary(4)));
        }
        expect(await unwrapAsync(outbox.check())).toEqual([]);
        await unwrapAsync(outbox.close());
      }),
      { numRuns: HISTORIES },
    );
  });
}
