// What is done if the disk is full.
//
// Rules
// 1. Opening takes a piece of the reserve, if even reading needs room.
// 2. A commit is tried once more after a checkpoint: the WAL then begins anew within the room that it has. With that, commits go on
//    as long as the database has free pages, which is what retention makes.
// 3. Retention first has the WAL copied into the database, which may have to grow for that: it takes pieces of the reserve until it
//    can. Then it does less at once, so that it needs less room in the WAL, and takes pieces if that is not enough.

import type { Change, OutboxUnavailable, RetentionRequest } from "@electrum-vouchers/core/ports";
import type { Result } from "neverthrow";
import { trySqlite } from "./errors.ts";
import type { CommitResult } from "./group-commit.ts";
import type { OpenError } from "./open-error.ts";
import type { Reserve } from "./reserve.ts";

/** Opens the outbox, with what room the reserve can give. */
export function openOnFullDisk<Opened>(
  open: () => Result<Opened, OpenError>,
  reserve: Pick<Reserve, "release">,
): Result<Opened, OpenError> {
  for (;;) {
    const opened = open();
    if (!(opened.isErr() && opened.error.type === "full" && reserve.release())) return opened;
  }
}

/** Commits, and tries once more what did not fit, and what failed after it: a step whose predecessor did not fit is a conflict. */
export function retryAfterCheckpoint(
  changes: readonly Change[],
  commitAll: (changes: readonly Change[]) => readonly CommitResult[],
  checkpointWal: () => void,
): readonly CommitResult[] {
  const outcomes = commitAll(changes);
  const first = outcomes.findIndex(isFull);
  if (first === -1 || trySqlite(checkpointWal).isErr()) return outcomes;
  const mustRetry = (outcome: CommitResult | undefined, index: number): boolean =>
    index >= first && outcome?.isErr() === true;
  const retried = commitAll(changes.filter((_, index) => mustRetry(outcomes[index], index))).values();
  return outcomes.map((outcome, index) => (mustRetry(outcome, index) ? (retried.next().value ?? outcome) : outcome));
}

/** Each step after the first is so much smaller than the one before. */
const DIVISOR = 8;

/**
 * Applies retention to as many transactions at once as there is room for. It ends: the limit falls to 1, and then a piece of the
 * reserve is given back, until nothing of that is left.
 */
export function retryInSmallSteps<Applied>(
  request: RetentionRequest,
  apply: (request: RetentionRequest) => Result<Applied, OutboxUnavailable>,
  { checkpointWal, reserve }: { checkpointWal(): void; readonly reserve: Pick<Reserve, "release"> },
): Result<Applied, OutboxUnavailable> {
  let limit = request.limit;
  for (;;) {
    const applied = apply({ ...request, limit });
    if (!isFull(applied)) return applied;
    while (isFull(trySqlite(checkpointWal)) && reserve.release());
    if (limit > 1) limit = Math.ceil(limit / DIVISOR);
    else if (reserve.release()) limit = request.limit;
    else return applied;
  }
}

const isFull = (outcome: CommitResult | Result<unknown, OutboxUnavailable> | undefined): boolean =>
  outcome?.isErr() === true && outcome.error.type === "unavailable" && outcome.error.reason === "full";
