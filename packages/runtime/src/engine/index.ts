export {
  afterDelivery,
  defaultDeliveryBackoff,
  type DeliveryAttempt,
  type DeliveryHalt,
  type DeliveryOutcome,
  type DeliveryRepeat,
  type DeliverySettled,
  type MessageReach,
  reachOf,
} from "./delivery.ts";
export {
  type ClientState,
  type DeliveryQueues,
  haltedClientsOf,
  isElectrumAway,
  isLongFailing,
  mayDetach,
  noQueues,
  onAccepted,
  onCredentials,
  onDeliveryRefused,
  onDeliveryRepeat,
  onDeliverySettled,
  onDeliveryStart,
  onDetached,
  onDetachedEnd,
  onUnanswered,
  type ProbeBackoff,
  type QueuedDelivery,
  type QueueState,
  queueStateOf,
} from "./delivery-queues.ts";
export {
  type DeliveryBounds,
  type DeliveryClaim,
  type DeliveryPlan,
  planDeliveries,
  type Slots,
} from "./delivery-plan.ts";
export type { ClientRate, ClientRates } from "./delivery-rate.ts";
export { type ExecutionMode, type Plan, planFor } from "./plan.ts";
export {
  afterCommand,
  afterCommit,
  type CommittedStep,
  type EngineAction,
  type EngineError,
  type EnginePorts,
  nextAction,
  runTransaction,
} from "./run-transaction.ts";
export {
  factStep,
  intentStep,
  type PendingStep,
  readRecord,
  resumeStep,
  startStep,
  toChange,
  type VersionedTransaction,
} from "./stored-step.ts";
export { agreedTime, transactionTime } from "./transaction-time.ts";
export { remainingWaitMs } from "./waits.ts";
export { resolveUncertainCommits } from "../resolve-uncertain-commits.ts";
