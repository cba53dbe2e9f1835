import { canHandOver } from "@electrum-vouchers/core";
import type { Invariant } from "../../oracle/invariants.ts";
import type { StateSpace } from "../state-space.ts";
import type { ActivityOutcome } from "./till.ts";
import type { TraceLine, Move } from "../search/move.ts";
import type { DecidedIntent } from "../../oracle/promises.ts";

/** What one activity of the till can do next, as far as it depends on nothing but the outbox. */
export interface TillStep {
  /** `giveUp`: it gives up waiting. That is normal if no response can come any more, and a fault otherwise. */
  readonly kind: Move["kind"] | "giveUp";
  readonly line: TraceLine;
  /** What the activity becomes; 0 if it ends. */
  readonly activity: number;
  /** What the outbox holds after a commit that succeeded. */
  readonly record?: number;
  /** The decision that this commit made durable. */
  readonly decision?: DecidedIntent;
  /** A message goes out. */
  readonly sentMessage?: number;
  /** A response to this attempt has arrived. Other copies of the attempt may be under way; the till waits for none of them. */
  readonly answeredAttempt?: number;
  /** A caller now has the transaction, with a voucher that may be handed over. */
  readonly isHandedOver: boolean;
  /** The intent of the caller or of the operator. */
  readonly intent?: Move["intent"];
  readonly violated?: Invariant;
}

/** Makes a step of an activity's outcome. */
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
    // A redemption or a refund may hand over another voucher, but this switch gives none.
    isHandedOver: result?.kind === "provision" && canHandOver(result),
    ...more,
  });
