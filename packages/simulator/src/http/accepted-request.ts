import type { Fault } from "../faults/fault.ts";
import type { RequestAttributes } from "../faults/plan.ts";
import type { SwitchRequest } from "../switch/handle.ts";

/** A request, and the fault that was chosen for it, if any. */
export interface AcceptedRequest {
  readonly request: SwitchRequest;
  readonly attributes?: RequestAttributes;
  readonly fault?: Fault;
}
