import { adviceFlows } from "./advices.ts";
import type { DocumentedFlow } from "./flow.ts";
import { operationalFlows } from "./operational.ts";
import { provisionErrorFlows } from "./provision-errors.ts";
import { provisionFlows } from "./provision.ts";
import { redemptionFlows } from "./redemption.ts";
import { refundFlows } from "./refund.ts";

/** Every flow that Electrum documents, and what happens around them. */
export const documentedFlows: readonly DocumentedFlow[] = [
  ...provisionFlows,
  ...provisionErrorFlows,
  ...redemptionFlows,
  ...refundFlows,
  ...adviceFlows,
  ...operationalFlows,
];
