import type { Change, CommitError, Outbox, OutboxInspection, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import { errAsync, type ResultAsync } from "neverthrow";

export type OutboxCall = "commit" | "load" | "claim" | "postpone" | "advance" | "release";

/**
 * What goes wrong with a call: `unavailable`, nothing happens · `uncertain`, it happens, or is `lost`, and nobody can tell.
 */
export type OutboxFault = "unavailable" | "uncertain" | "lost";

/** Decides what goes wrong with a call, being the `nth` of its kind since the faults were set. */
export type OutboxFaults = (call: OutboxCall, nth: number) => OutboxFault | undefined;

/** An outbox that counts what is asked of it, and fails as a test wants it to. */
export interface WatchedOutbox extends Outbox {
  /** The outbox itself, which never fails, and whose calls are not counted. */
  readonly unwatched: Outbox & OutboxInspection;
  count(call: OutboxCall): number;
  fail(faults: OutboxFaults): void;
}

export function createWatchedOutbox(outbox: Outbox & OutboxInspection): WatchedOutbox {
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

  return {
    unwatched: outbox,
    count,
    fail: (faults) => {
      failing = faults;
      failingSince = new Map(counts);
    },
    commit: (change) => commit(outbox, change, faultOf("commit")),
    load: (id) => unlessUnavailable("load", () => outbox.load(id)),
    claim: (request) => unlessUnavailable("claim", () => outbox.claim(request)),
    postpone: (postponement) => unlessUnavailable("postpone", () => outbox.postpone(postponement)),
    advance: (request) => unlessUnavailable("advance", () => outbox.advance(request)),
    release: (release) => unlessUnavailable("release", () => outbox.release(release)),
    close: () => outbox.close(),
  };
}

function commit(outbox: Outbox, change: Change, fault: OutboxFault | undefined): ResultAsync<void, CommitError> {
  if (fault === undefined) return outbox.commit(change);
  if (fault === "unavailable") return errAsync(unavailable);
  return fault === "lost" ? errAsync(uncertain) : outbox.commit(change).andThen(() => errAsync(uncertain));
}

const unavailable: OutboxUnavailable = { type: "unavailable", reason: "busy", detail: "as the test wants it" };

const uncertain: CommitError = { type: "uncertain", detail: "as the test wants it" };
