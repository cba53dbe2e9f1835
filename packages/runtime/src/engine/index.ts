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
  type StartEntry,
  startStep,
  toChange,
  type VersionedTransaction,
} from "./stored-step.ts";
export { resolveUncertainCommits } from "../resolve-uncertain-commits.ts";
