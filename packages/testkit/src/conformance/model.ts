import type { Change, Due, Labels, Outbox, OutboxInspection, Work } from "@electrum-vouchers/core/ports";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createMemoryOutbox } from "../memory-outbox.ts";
import { createChange, type OpenOutbox } from "./fixtures.ts";
import { uuid } from "../messages/requests.ts";
import { unwrapAsync } from "../unwrap.ts";

/** How many histories are tried, and how long each is at most: some seconds for a store that waits for its disk. */
const HISTORIES = 60;
const MAX_CALLS = 40;

/** One call of the port: what it gives, here and in the model. */
type OutboxCall = (outbox: Outbox & OutboxInspection) => Promise<unknown>;

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

const labels: fc.Arbitrary<Labels> = fc.record({ queue, client, owner: worker }, { requiredKeys: [] });

/** Whatever differs from one commit to the next. */
const commitFields: fc.Arbitrary<Partial<Change>> = fc.record(
  { labels, commitId: fc.integer({ min: 10, max: 12 }).map(uuid), exclusiveKey: fc.constantFrom("k", "l", null) },
  { requiredKeys: [] },
);

const step = fc.record({
  kind: fc.constantFrom<Change["kind"]>("provision", "redemption"),
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
      const stored = await unwrapAsync(outbox.load(uuid(n)));
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
      reason: fc.constant("status 503"),
      cause: fc.constantFrom("noResponse", "halted"),
    },
    { requiredKeys: ["id", "version", "until", "reason"] },
  )
  .map((postponement) => shown("postpone", postponement, async (outbox) => outbox.postpone(postponement)));

const advance = fc
  .record({ queue, now: moment, limit })
  .map((request) => shown("advance", request, async (outbox) => outbox.advance(request)));

const claimedOnce = fc.record({ id, version: fc.integer({ min: 1, max: 4 }) });

const release = fc
  .record({ worker, records: fc.array(claimedOnce, { maxLength: 3 }) }, { requiredKeys: ["worker"] })
  .map((description) => shown("release", description, async (outbox) => outbox.release(description)));

const list = fc
  .record({ only: fc.constantFrom("unfinished", "needsAttention"), after: id, limit }, { requiredKeys: ["limit"] })
  .map((query) => shown("list", query, async (outbox) => outbox.list(query)));

const journal = id.map((which) => shown("journal", which, async (outbox) => outbox.journal(which)));

const applyRetention = fc
  .record({ redactBefore: moment, deleteBefore: fc.constantFrom(0, 0, 3), limit })
  .map((request) =>
    shown("applyRetention", request, async (outbox) =>
      outbox.applyRetention({ ...request, redact: { record: () => "***", entry: () => "***" } }),
    ),
  );

const history = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: commit },
    { weight: 4, arbitrary: claim },
    { weight: 2, arbitrary: postpone },
    { weight: 1, arbitrary: advance },
    { weight: 1, arbitrary: release },
    { weight: 1, arbitrary: list },
    { weight: 1, arbitrary: journal },
    { weight: 1, arbitrary: applyRetention },
  ),
  { maxLength: MAX_CALLS },
);

/** Whatever is asked of it in whatever order, it answers as the outbox in memory does, which is simple enough to trust. */
export function testAgainstModel(open: OpenOutbox): void {
  it("in every history of calls", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(history, async (calls) => {
        const outbox = await open();
        const model = createMemoryOutbox();
        for (const call of calls) {
          expect(await call(outbox)).toEqual(await call(model));
          expect(await unwrapAsync(outbox.summary())).toEqual(await unwrapAsync(model.summary()));
        }
        expect(await unwrapAsync(outbox.check())).toEqual([]);
        await unwrapAsync(outbox.close());
      }),
      { numRuns: HISTORIES },
    );
  });
}
