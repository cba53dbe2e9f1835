// How long work that is due by the wall clock must still wait.
//
// A stored wait is a duration: from the commit of a step to the moment at which its work is due. If the wall clock was set forward
// since, work counts as due that is not: a sale that is just being paid would be reversed, a reversal would overtake its request, and
// a request of a process that lives would be taken over.
//
// Rules
// 1. Work that was due when it was committed waits for nothing.
// 2. If the store knows by a clock that cannot be set how long ago the commit was, the work is due by the transaction's time
//    (`transaction-time.ts`).
// 3. If it does not know, since the machine was started after that, a whole reply deadline is waited from when this process first saw
//    the record: no request is under way for longer. Less, if the duration is shorter.
//
// What it does not know: a clock that was set back (`findAhead` and `clockSetBack` are for that), and who the owner is.

import type { Instant } from "@electrum-vouchers/core";
import type { ClaimedRecord } from "@electrum-vouchers/core/ports";
import { transactionTime } from "./transaction-time.ts";

/** What a wait is judged by, beside the record. */
export interface WaitContext {
  /** The wall clock's. */
  readonly now: Instant;
  /** The policy's. */
  readonly replyDeadlineMs: number;
  /** How long this process has known this version of the record, by a clock that cannot be set. */
  readonly seenForMs: number;
}

/** How long a record that was claimed must still wait, in milliseconds; 0 if its work may be done now. */
export function remainingWaitMs(
  record: Pick<ClaimedRecord, "due" | "committedAt" | "waitedMs">,
  { now, replyDeadlineMs, seenForMs }: WaitContext,
): number {
  const { due, committedAt, waitedMs } = record;
  const durationMs = due.at - committedAt;
  if (durationMs <= 0) return 0;
  const restMs =
    waitedMs === undefined ? Math.min(durationMs, replyDeadlineMs) - seenForMs : due.at - transactionTime(record, now);
  return restMs > TOLERANCE_MS ? Math.ceil(restMs) : 0;
}

/** A commit takes some milliseconds, by which the transaction's time is behind. */
const TOLERANCE_MS = 100;
