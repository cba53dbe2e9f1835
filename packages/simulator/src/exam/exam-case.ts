import type { FaultRule } from "../faults/plan.ts";
import type { SwitchOperation } from "../switch/operations.ts";
import type { ProviderCondition } from "../switch/provider-profiles.ts";

/** What the client is told, one after the other. `kill` ends it without warning, and starts it again. */
export type ExamStep = "sell" | "confirm" | "cancel" | "redeem" | "kill" | "sell, killed before it is answered";

/** What a client may say of a sale or a redemption. */
export type ExamOutcome = "issued" | "redeemed" | "declined" | "failed";

/** One documented case, and what a client must make of it. */
export interface ExamCase {
  readonly name: string;
  /** What the case asks of a client, in a sentence. */
  readonly rule: string;
  readonly faults?: readonly FaultRule[];
  readonly provider?: ProviderCondition;
  readonly steps: readonly ExamStep[];
  /** What the client must answer to `sell` or `redeem`. Absent: it may say what it likes. */
  readonly outcome?: ExamOutcome;
  /** What must reach the switch. */
  readonly expects: readonly SwitchOperation[];
  /** Any of these must reach the switch. */
  readonly expectsOneOf?: readonly SwitchOperation[];
  /** What must not. */
  readonly forbids?: readonly SwitchOperation[];
}
