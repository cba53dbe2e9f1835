import type { Uuid } from "@electrum-vouchers/core";
import type { Claimed, ClaimRequest, Outbox, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import type { TillProcess } from "@electrum-vouchers/testkit";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import type { SimulatedFaultKind } from "./faults.ts";
import { createFaultyCommit } from "./faulty-commit.ts";
import { faultOccurs, type RunContext } from "./run-context.ts";
import type { Oracle } from "../oracle/oracle.ts";

/** Longer than some deadlines: a stalled disk. */
const MAX_STALL_MS = 20_000;
const MAX_LATENCY_MS = 20;

/** A lease may be lost at any time. With leases as short as this, some end while a message is under way. */
const SHORT_LEASE_MS = 300;

const unavailable: OutboxUnavailable = { type: "unavailable", reason: "busy", detail: "this was asked for" };

/** The outbox as one process sees it, with every fault that its port allows. */
export function createFaultyOutbox(
  context: RunContext,
  sharedOutbox: Outbox,
  oracle: Oracle,
  tillProcess: TillProcess,
): Outbox {
  const { clock, random, faultCounter, trace, scenario } = context;
  const commit = createFaultyCommit(context, sharedOutbox, oracle, tillProcess);

  function injectFault(kind: SimulatedFaultKind, multiplier = 1): boolean {
    const isInjected = faultOccurs(context, scenario.rates.outbox * multiplier);
    if (isInjected) faultCounter.record(kind);
    if (isInjected) trace.add("outbox", kind);
    return isInjected;
  }

  /** A call with latency, before it has an effect and after. */
  const callWithLatency = <Value, Failure>(
    work: () => PromiseLike<Result<Value, Failure>>,
  ): ResultAsync<Value, Failure> =>
    new ResultAsync(
      delay()
        .then(work)
        .then(async (result) => delay().then(() => result)),
    );

  async function delay(): Promise<void> {
    if (injectFault("slow", 0.3)) return clock.sleep(random.below(MAX_STALL_MS));
    if (random.chance(0.2)) return clock.sleep(random.below(MAX_LATENCY_MS));
  }

  const callUnlessFaulty = <Value>(
    kind: SimulatedFaultKind,
    work: () => PromiseLike<Result<Value, OutboxUnavailable>>,
  ): ResultAsync<Value, OutboxUnavailable> =>
    callWithLatency(async () => (injectFault(kind) ? err(unavailable) : work()));

  async function claim(request: ClaimRequest): Promise<Result<Claimed, OutboxUnavailable>> {
    const until = faultOccurs(context, scenario.rates.outbox) ? request.now + SHORT_LEASE_MS : request.until;
    const claimed = await sharedOutbox.claim({ ...request, until });
    return claimed.map((found) => {
      if (found.records.some(({ id }) => isDelivering(oracle, id))) faultCounter.record("lease expires during a send");
      return found;
    });
  }

  return {
    ...sharedOutbox,
    commit: (change) => callWithLatency(() => commit(change)),
    load: (id) => callUnlessFaulty("load fails", () => sharedOutbox.load(id)),
    claim: (request) => callUnlessFaulty("claim fails", () => claim(request)),
    // It need not be durable: if it is forgotten, the work is done sooner.
    postpone: (postponement) =>
      callUnlessFaulty("postponement fails", async () =>
        injectFault("postponement forgotten") ? ok() : sharedOutbox.postpone(postponement),
      ),
    secret: () => callUnlessFaulty("load fails", () => sharedOutbox.secret()),
    correctColumns: (query) => callUnlessFaulty("claim fails", () => sharedOutbox.correctColumns(query)),
    findAhead: (request) => callUnlessFaulty("claim fails", () => sharedOutbox.findAhead(request)),
    advance: (request) => callWithLatency(() => sharedOutbox.advance(request)),
    release: (release) => callUnlessFaulty("release fails", () => sharedOutbox.release(release)),
  };
}

/** Whether a process that is alive has sent the advice of this transaction, and waits for the response. */
const isDelivering = ({ histories }: Oracle, id: Uuid): boolean =>
  [...histories.getOrCreate(id).deliverers].some((tillProcess) => !tillProcess.isDead());
