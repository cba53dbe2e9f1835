import { canHandOver } from "@electrum-vouchers/core";
import type { Invariant } from "../../oracle/invariants.ts";
import type { StateSpace } from "../state-space.ts";
import type { ActivityOutcome } from "./till.ts";
import type { TraceLine, Move } from "../search/move.ts";
import type { DecidedIntent } from "../../oracle/promises.ts";

/** What one activity of the till can do next, as far as it depends on nothing but the outbox. */
export interface TillStep {
  /** `giveUp`: to give up waiting, which is as ordinary as the wait is hopeless. */
  readonly kind: Move["kind"] | "giveUp";
  readonly line: TraceLine;
  /** What the activity becomes; 0 where it ends. */
  readonly activity: number;
  /** What the outbox holds after a commit that it took. */
  readonly record?: number;
  /** What the till, with that commit, has decided. */
  readonly decision?: DecidedIntent;
  /** A message goes out. */
  readonly sentMessage?: number;
  /** An answer to this attempt has arrived: whatever else of it is under way is no longer waited for. */
  readonly answeredAttempt?: number;
  /** A caller now has the transaction, with a voucher that may be handed over. */
  readonly isHandedOver: boolean;
  /** What a till or a person wants. */
  readonly intent?: Move["intent"];
  readonly violated?: Invariant;
}

/** Makes a step of what an activity comes to. */
export type StepMaker = (
  kind: TillStep["kind"],
  event: string,
  outcome: ActivityOutcome,
  more?: Partial<TillStep>,
) => TillStep;

export const createStepMaker =
  ({ activities }: StateSpace): StepMaker =>
  (kind, event, { activity, result }, more = {}) => ({
    kind,
    line: { actor: "till", event },
    activity: activity === undefined ? 0 : activities.idOf(activity),
    isHandedOver: result !== undefined && canHandOver(result),
    ...more,
  });
