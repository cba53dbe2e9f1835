export type { Fault, FaultKind } from "./faults/fault.ts";
export type { FaultPlan, Predicate, RandomFaults, Rule } from "./faults/plan.ts";
export { readFaultPlan } from "./faults/plan.ts";
export type { FaultsView, FiredFault, LogEntry, RequestsView } from "./http/running-switch.ts";
export type { Administered, Restart } from "./http/administered.ts";
export type { Simulator, SimulatorOptions } from "./http/simulator.ts";
export { startSimulator } from "./http/simulator.ts";
export type { Balance } from "./switch/balance.ts";
export { balance } from "./switch/balance.ts";
export type { Delivery } from "./switch/forward.ts";
export { deliver } from "./switch/forward.ts";
export type { SwitchRequest } from "./switch/handle.ts";
export { handle } from "./switch/handle.ts";
export type { ProviderView, TransactionView } from "./switch/inspect.ts";
export { allProviders, latestTransactions, someVouchers, transactionsWithId } from "./switch/inspect.ts";
export { isWorld } from "./switch/kept-world.ts";
export { findVoucher } from "./switch/ledger.ts";
export type { AdviceOperation, Kind, LookupOperation, Operation, RequestOperation } from "./switch/operations.ts";
export type { Condition, ProviderName } from "./switch/provider-profiles.ts";
export { providerNames } from "./switch/provider-profiles.ts";
export { setCondition } from "./switch/providers.ts";
export type { Handled, SwitchResponse } from "./switch/response.ts";
export type {
  Event,
  Forward,
  Provider,
  Seen,
  Settings,
  Transaction,
  TransactionName,
  TransactionState,
  VoucherRecord,
  VoucherState,
  World,
} from "./switch/world.ts";
export { createWorld, forget } from "./switch/world.ts";
