export type { CaseResult, ExamOptions, ExamReport } from "./exam/run-exam.ts";
export { runExam } from "./exam/run-exam.ts";
export type { Fault, FaultKind } from "./faults/fault.ts";
export type { FaultPlan, RequestPredicate, RandomFaults, FaultRule } from "./faults/plan.ts";
export { readFaultPlan } from "./faults/plan.ts";
export { alterResponse, createReplacement } from "./faults/alter-response.ts";
export type { AcceptedRequest } from "./http/accepted-request.ts";
export type { FaultsView, InjectedFault, LogEntry, RequestsView } from "./http/running-switch.ts";
export type { RunningSwitch } from "./http/running-switch.ts";
export { createRunningSwitch } from "./http/running-switch.ts";
export type { AdminActions, Restart } from "./http/admin-actions.ts";
export type { SimulatorOptions } from "./http/simulator-options.ts";
export type { Simulator } from "./http/simulator.ts";
export { startSimulator } from "./http/simulator.ts";
export type { Balance } from "./switch/balance.ts";
export { computeBalance } from "./switch/balance.ts";
export type { ForwardAttempt } from "./switch/forward.ts";
export { deliverNextAdvice } from "./switch/forward.ts";
export type { SwitchRequest } from "./switch/handle.ts";
export { handle } from "./switch/handle.ts";
export type { ProviderView, LedgerTransactionView } from "./switch/inspect.ts";
export { allProviders, latestTransactions, firstVouchers, transactionsWithId } from "./switch/inspect.ts";
export { isWorld } from "./switch/world-snapshot.ts";
export { findVoucher } from "./switch/ledger.ts";
export type {
  SwitchAdviceOperation,
  TransactionKind,
  SwitchLookupOperation,
  SwitchOperation,
  SwitchRequestOperation,
} from "./switch/operations.ts";
export type { ProviderCondition, ProviderName, SimulatedProfile } from "./switch/provider-profiles.ts";
export { providerNames } from "./switch/provider-profiles.ts";
export { setCondition } from "./switch/providers.ts";
export type { HandleResult, SwitchResponse } from "./switch/response.ts";
export type {
  HistoryEvent,
  Forward,
  Provider,
  ReceivedMessage,
  WorldSettings,
  LedgerTransaction,
  TransactionKey,
  LedgerTransactionState,
  VoucherRecord,
  VoucherState,
  World,
} from "./switch/world.ts";
export { createWorld, clearWorld, setProfile } from "./switch/world.ts";
