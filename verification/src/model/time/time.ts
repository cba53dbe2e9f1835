import type { Instant } from "@electrum-vouchers/core";

/**
 * Every state is seen at this moment: as time passes, everything that is stored, under way or remembered moves into the past
 * instead. Only the order of moments matters to a transaction, so states that differ only in the time of day are one state.
 */
export const NOW: Instant = 1_000_000;

/** If a moment is only compared with the present, it does not matter how long ago it was: it counts as just passed. */
const PAST: Instant = NOW - 1;

/** A step on its way to the outbox may measure from a moment further back. Beyond the longest delay there is no difference. */
const LONG_PAST: Instant = NOW - 8;

/** The value as it looks `ms` later. */
export const age = <Value extends object>(value: Value, ms: number): Value => shift(value, ms, PAST);

/** Like {@link age}, for a step that is decided and not yet committed. */
export const ageUncommitted = <Value extends object>(value: Value, ms: number): Value => shift(value, ms, LONG_PAST);

function shift<Value extends object>(value: Value, ms: number, floor: Instant): Value {
  const copy = structuredClone(value);
  shiftBack(copy, { ms, floor, moved: new Set() });
  return copy;
}

/** Moments from which time is measured. How long ago they were does matter. */
const origins: ReadonlySet<string> = new Set(["start", "round"]);

/** Values that hold no moment, although fields in Electrum's messages look like one. */
const timeless: ReadonlySet<string> = new Set(["policy", "request", "lookup", "response", "tenders"]);

interface Shift {
  readonly ms: number;
  readonly floor: Instant;
  /** An object may be referenced several times, and is moved once. */
  readonly moved: Set<object>;
}

function shiftBack(node: object, move: Shift, parent = ""): void {
  if (move.moved.has(node)) return;
  move.moved.add(node);
  const { ms, floor } = move;
  const fields: readonly (readonly [string, unknown])[] = Object.entries(node);
  for (const [field, value] of fields) {
    if (moments.has(field) && typeof value === "number") {
      Reflect.set(node, field, origins.has(parent) ? value - ms : Math.max(floor, value - ms));
    } else if (parent === "message" && field === "time" && typeof value === "string" && "requestId" in node) {
      Reflect.set(node, field, new Date(Math.max(floor, Date.parse(value) - ms)).toISOString());
    } else if (typeof value === "object" && value !== null && !timeless.has(field)) {
      shiftBack(value, move, field);
    }
  }
}

const moments: ReadonlySet<string> = new Set([
  "at",
  "deadlineAt",
  "notBefore",
  "retryAt",
  "lookUpAt",
  "decideBy",
  "expiresAt",
  "overdueAt",
  "latestDeadlineAt",
  "cancelledAt",
  "startedAt",
  "printedAt",
]);
