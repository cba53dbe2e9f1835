import type { Change, CommitError, Outbox, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import type { MemoryOutbox } from "@electrum-vouchers/testkit";
import { errAsync, type ResultAsync } from "neverthrow";

export type OutboxCall =
  | "correctColumns"
  | "commit"
  | "load"
  | "claim"
  | "findAhead"
  | "postpone"
  | "advance"
  | "release";

/**
 * What goes wrong with a call: `unavailable`, nothing happens · `uncertain`, it happens, or is `lost`, and nobody can tell.
 */
export type OutboxFault = "unavailable" | "uncertain" | "lost";

/** Decides what goes wrong with a call, being the `nth` of its kind since the faults were set. */
export type OutboxFaults = (call: OutboxCall, nth: number) => OutboxFault | undefined;

/** An outbox that counts what is asked of it, and fails as a test wants it to. */
export interface WatchedOutbox extends Outbox {
  /** The outbox itself, which never fails, and whose calls are not counted. */
  readonly unwatched: MemoryOutbox;
  /** The same records, opened by another process; its calls are counted and fail likewise. */
  connect(): Outbox & Pick<MemoryOutbox, "crash">;
  count(call: OutboxCall): number;
  fail(faults: OutboxFaults): void;
}

export function createWatchedOutbox(shared: MemoryOutbox): WatchedOutbox {
  const counts = new Map<OutboxCall, number>();
  let failing: OutboxFaults = () => undefined;
  let failingSince = new Map<OutboxCall, number>();

  const count = (call: OutboxCall): number => counts.get(call) ?? 0;

  function faultOf(call: OutboxCall): OutboxFault | undefined {
    const nth = count(call) - (failingSince.get(call) ?? 0);
    counts.set(call, count(call) + 1);
    return failing(call, nth);
  }

  const unlessUnavailable = <Value, Failure>(
    call: OutboxCall,
    act: () => ResultAsync<Value, Failure>,
  ): ResultAsync<Value, Failure | OutboxUnavailable> => (faultOf(call) === undefined ? act() : errAsync(unavailable));

  const watch = (outbox: MemoryOutbox): Outbox => ({
    commit: (change) => commit(outbox, change, faultOf("commit")),
    load: (id) => unlessUnavailable("load", () => outbox.load(id)),
    claim: (request) => unlessUnavailable("claim", () => outbox.claim(request)),
    postpone: (postponement) => unlessUnavailable("postpone", () => outbox.postpone(postponement)),
    advance: (request) => unlessUnavailable("advance", () => outbox.advance(request)),
    release: (release) => unlessUnavailable("release", () => outbox.release(release)),
    findAhead: (request) => unlessUnavailable("findAhead", () => outbox.findAhead(request)),
    undelivered: (queue) => outbox.undelivered(queue),
    secret: () => outbox.secret(),
    correctColumns: (query) => unlessUnavailable("correctColumns", () => outbox.correctColumns(query)),
    watch: (listener) => outbox.watch(listener),
    close: () => outbox.close(),
  });

  // What a test commits by itself was left by an earlier process.
  const earlier = shared.connect();
  earlier.crash();

  return {
    ...watch(shared),
    commit: (change) => commit(earlier, change, faultOf("commit")),
    unwatched: shared,
    connect: () => {
      const outbox = shared.connect();
      return { ...watch(outbox), crash: () => outbox.crash() };
    },
    count,
    fail: (faults) => {
      failing = faults;
      failingSince = new Map(counts);
    },
  };
}

function commit(outbox: Outbox, change: Change, fault: OutboxFault | undefined): ResultAsync<void, CommitError> {
  if (fault === undefined) return outbox.commit(change);
  if (fault === "unavailable") return errAsync(unavailable);
  return fault === "lost" ? errAsync(uncertain) : outbox.commit(change).andThen(() => errAsync(uncertain));
}

const unavailable: OutboxUnavailable = { type: "unavailable", reason: "busy", detail: "as the test wants it" };

const uncertain: CommitError = { type: "uncertain", detail: "as the test wants it" };
