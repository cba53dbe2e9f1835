import type { Claimed, ClaimRequest, Outbox, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import type { FaultKind } from "./faults.ts";
import { createFaultyCommit } from "./faulty-commit.ts";
import type { Life } from "./life.ts";
import { goesWrong, type Stage } from "./stage.ts";
import type { Store } from "./store.ts";
import type { Watch } from "./watch.ts";

/** Longer than some deadlines: a stalled disk. */
const MAX_STALL_MS = 20_000;
const MAX_LATENCY_MS = 20;

/** A lease may be lost at any time; this short, some end while a message is under way. */
const SHORT_LEASE_MS = 300;

const unavailable: OutboxUnavailable = { type: "unavailable", reason: "busy", detail: "this was asked for" };

/** The outbox as one process sees it: with everything that its port allows to go wrong. */
export function createFaultyOutbox(stage: Stage, store: Store, watch: Watch, life: Life): Outbox {
  const { clock, random, faults, trace, scenario } = stage;
  const commit = createFaultyCommit(stage, store, watch, life);

  function fails(kind: FaultKind, factor = 1): boolean {
    const does = goesWrong(stage, scenario.rates.outbox * factor);
    if (does) faults.happened(kind);
    if (does) trace.add("outbox", kind);
    return does;
  }

  /** A call, which takes its time: before it has an effect, and after. */
  const call = <Value, Failure>(work: () => PromiseLike<Result<Value, Failure>>): ResultAsync<Value, Failure> =>
    new ResultAsync(
      takeTime()
        .then(work)
        .then(async (result) => takeTime().then(() => result)),
    );

  async function takeTime(): Promise<void> {
    if (fails("slow", 0.3)) return clock.sleep(random.below(MAX_STALL_MS));
    if (random.chance(0.2)) return clock.sleep(random.below(MAX_LATENCY_MS));
  }

  const unless = <Value>(
    kind: FaultKind,
    work: () => PromiseLike<Result<Value, OutboxUnavailable>>,
  ): ResultAsync<Value, OutboxUnavailable> => call(async () => (fails(kind) ? err(unavailable) : work()));

  async function claim(request: ClaimRequest): Promise<Result<Claimed, OutboxUnavailable>> {
    const until = goesWrong(stage, scenario.rates.outbox) ? request.now + SHORT_LEASE_MS : request.until;
    const claimed = await store.claim({ ...request, until });
    return claimed.map((found) => {
      if (found.records.some(({ id }) => watch.isDelivering(id))) faults.happened("lease expires during a send");
      return found;
    });
  }

  return {
    ...store,
    commit: (change) => call(() => commit(change)),
    load: (id) => unless("load fails", () => store.load(id)),
    claim: (request) => unless("claim fails", () => claim(request)),
    // It need not be durable: whoever forgets it does the work sooner.
    postpone: (postponement) =>
      unless("postponement fails", async () => (fails("postponement forgotten") ? ok() : store.postpone(postponement))),
    release: (release) => unless("release fails", () => store.release(release)),
  };
}
