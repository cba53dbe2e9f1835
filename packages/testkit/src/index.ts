// --- Ports: what a till needs, in memory and on simulated time.
export { createMemoryOutbox, type MemoryOutbox } from "./memory-outbox.ts";
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

// --- For the process of its own that the conformance suite of an outbox kills.
export { holdUntilKilled } from "./conformance/hold-until-killed.ts";

// --- For the tests of an outbox of one's own.
export { STORED_AT, storedChange, storedRetention } from "./stored-change.ts";

export {
  createSimulatedElectrum,
  type SimulatedElectrum,
  type SimulatedElectrumOptions,
} from "./simulated-electrum/simulated-electrum.ts";
export {
  createSimulatedSwitch,
  type PlannedDelivery,
  type SimulatedSwitch,
  type SimulatedSwitchOptions,
} from "./simulated-electrum/simulated-switch.ts";
export type { FaultEffect } from "./simulated-electrum/fault-effect.ts";
export {
  type ConfirmedSale,
  confirmationOf,
  emptyWorld,
  type InitialWorld,
  sellVoucher,
  sendToSwitch,
  voucherCodeIn,
  worldWithVoucher,
} from "./simulated-electrum/initial-world.ts";

// --- Given, when, then: one transaction of the core, followed from message to message.
export { followTransaction } from "./follow-transaction.ts";

// --- Documented flows, as data: play them by your own till.
export { documentedFlows } from "./flows/documented-flows.ts";
export { coverage, type CoverageRow } from "./flows/coverage.ts";
export { policyFor, worldFor } from "./flows/conditions.ts";
export type {
  DocumentedFlow,
  ExpectedAlert,
  ExpectedMessage,
  ExpectedOutcome,
  ExpectedResult,
  ExpectedTransaction,
  FlowConditions,
} from "./flows/flow.ts";
export {
  cancel,
  confirm,
  confirmRedemption,
  confirmRefund,
  type FlowAction,
  lookUp,
  lookUpSale,
  recover,
  redeem,
  refund,
  resend,
  resolve,
  sell,
  sellAndCancel,
  setProvider,
  waitForAll,
} from "./flows/actions.ts";
export { askToWait, delayResponse, loseResponse, respondWithError, respondWithoutBody } from "./flows/faults.ts";

// --- Sample messages: requests, the responses to them, and policies.
export {
  cents,
  CLIENT,
  provisionRequest,
  receiver,
  redemptionRequest,
  refundRequest,
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
export { changesOf } from "./changes-of.ts";
export { isJsonObject, parseJson, sameJson } from "./json.ts";
export { provisionStates, redemptionStates, refundStates } from "./states.ts";
export { unwrap, unwrapAsync, unwrapError, unwrapErrorAsync } from "./unwrap.ts";
