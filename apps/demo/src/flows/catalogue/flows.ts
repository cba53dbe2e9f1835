import type { Flow } from "../flow.ts";
import { operationalFlows } from "./operational.ts";
import { provisionFlows } from "./provision.ts";
import { redemptionFlows } from "./redemption.ts";

/** Every documented flow, and what happens around them. */
export const flows: readonly Flow[] = [...provisionFlows, ...redemptionFlows, ...operationalFlows];
