import { canHandOver } from "@electrum-vouchers/core";
import type { Invariant } from "../judgement/invariants.ts";
import type { Space } from "../space.ts";
import type { Outcome } from "./till.ts";
import type { Line, Transition } from "../search/transition.ts";
import type { Decided } from "../judgement/ghosts.ts";

/** What one activity of the till can do next, as far as it depends on nothing but the outbox. */
export interface TillStep {
  /** `silence`: to give up waiting, which is as ordinary as the wait is hopeless. */
  readonly kind: Transition["kind"] | "silence";
  readonly line: Line;
  /** What the activity becomes; 0 where it ends. */
  readonly activity: number;
  /** What the outbox holds after a commit that it took. */
  readonly record?: number;
  /** What the till, with that commit, has decided. */
  readonly decides?: Decided;
  /** A message goes out. */
  readonly sends?: number;
  /** An answer to this attempt has arrived: whatever else of it is under way is no longer waited for. */
  readonly hears?: number;
  /** A caller now has the transaction, with a voucher that may be handed over. */
  readonly handsOver: boolean;
  /** What a till or a person wants. */
  readonly intent?: Transition["intent"];
  readonly broken?: Invariant;
}

/** Makes a step of what an activity comes to. */
export type StepMaker = (kind: TillStep["kind"], what: string, outcome: Outcome, more?: Partial<TillStep>) => TillStep;

export const createStepMaker =
  ({ activities }: Space): StepMaker =>
  (kind, what, { activity, given }, more = {}) => ({
    kind,
    line: { who: "till", what },
    activity: activity === undefined ? 0 : activities.idOf(activity),
    handsOver: given !== undefined && canHandOver(given),
    ...more,
  });
