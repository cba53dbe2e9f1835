import type { Flow } from "./flow.ts";
import { aroundFlows } from "./flows/around.ts";
import { provisionFlows } from "./flows/provision.ts";
import { redemptionFlows } from "./flows/redemption.ts";

/** Every documented flow, and what happens around them. */
export const flows: readonly Flow[] = [...provisionFlows, ...redemptionFlows, ...aroundFlows];
