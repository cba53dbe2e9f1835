// --- Where an outbox is, and how it is opened: to look at it, or to change it.
export { locateStore, type NamedStore, type StoreArguments, type StoreLocation } from "./store/location.ts";
export { openToChange, openToLook } from "./store/open-store.ts";
export { type StoreFailure, storeFailureOf } from "./store/store-failure.ts";

// --- What an operator looks at. Nothing is changed.
export { type CountedReason, type OutboxStatus, readStatus } from "./read/status.ts";
export {
  defaultHealthLimits,
  type HealthLevel,
  type HealthLimits,
  judgeHealth,
  type OutboxHealth,
} from "./read/health.ts";
export {
  listTransactions,
  type RowSource,
  toListedTransaction,
  type TransactionList,
  type ListedTransaction,
} from "./read/list-transactions.ts";
export { type QueuedWork, readQueue, type WorkQueue } from "./read/queue.ts";
export { type StoryLine, tellStory } from "./read/story.ts";
export {
  choicesFor,
  type OperatorChoice,
  type OperatorNote,
  type OperatorVerb,
  type OperatorWish,
  toIntent,
} from "./read/choices.ts";
export { kindWord, reasonWord, undecidedStates, whyText } from "./read/words.ts";

// --- The way to Electrum.
export { diagnoseUrl } from "./doctor/diagnose-url.ts";
export type { ConnectionFinding } from "./doctor/finding.ts";
export { type ElectrumProbe, probeElectrum } from "./doctor/probe-electrum.ts";

// --- What an operator changes: one durable commit each, and nothing is sent.
export { type AppliedChange, applyIntentAlone, type ChangeFailure } from "./change/apply-intent-alone.ts";
export { findUndecided } from "./change/find-undecided.ts";
export { type Reprint, reprintVoucher } from "./change/reprint.ts";
export { refusalText } from "./change/refusal-text.ts";
