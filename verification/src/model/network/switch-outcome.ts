import type { HttpResponse } from "@electrum-vouchers/core";
import type { World } from "@electrum-vouchers/simulator";

/** An outcome of a message that reaches the switch. */
export interface SwitchOutcome {
  /** What went wrong. Absent if switch and provider work as they should. */
  readonly fault?: string;
  readonly world: World;
  readonly response: HttpResponse;
}
