// --- Ports: what a till needs, in memory and on simulated time.
export { createMemoryOutbox } from "./memory-outbox.ts";
export { createSimulatedClock, type SimulatedClock } from "./simulated-clock.ts";
export { createSimulatedWaits, type SimulatedWaits } from "./simulated-waits.ts";
export {
  killablePorts,
  startTillProcess,
  type TillClock,
  type TillPorts,
  type TillProcess,
  waitForever,
} from "./till-process.ts";
export {
  createScriptedElectrum,
  never,
  type Outcome,
  type Script,
  type ScriptedElectrum,
  type Sent,
  unreachable,
} from "./scripted-electrum.ts";

// --- Sample messages: requests, the responses to them, and policies.
export {
  cents,
  CLIENT,
  provisionRequest,
  receiver,
  redemptionRequest,
  requestFields,
  secrets,
  tenders,
  uuid,
  voucherLookup,
} from "./messages/requests.ts";
export {
  approvedProvision,
  declinedResponse,
  errorResponse,
  htmlResponse,
  jsonResponse,
  successResponse,
} from "./messages/responses.ts";
export { policyOf, providerProfiles } from "./messages/policies.ts";

// --- Small tools of a test.
export { isJsonObject, parseJson, sameJson } from "./json.ts";
export { provisionStates, redemptionStates } from "./states.ts";
export { unwrap, unwrapError } from "./unwrap.ts";
