import type { NoResponseCause, Operation, Policy, ReconciliationItem, Transaction } from "@electrum-vouchers/core";
import type { FaultRule, LedgerTransactionState, ProviderName, VoucherState } from "@electrum-vouchers/simulator";
import type { FlowAction } from "./actions.ts";

/** A documented flow, as data: what is given, what the till does, and how it must end. Times are as in a real shop. */
export interface DocumentedFlow {
  readonly name: string;
  /** The protocol's rule that it shows. */
  readonly rule: string;
  readonly given?: FlowConditions;
  /** What the till, or the world around it, does, one after the other. */
  readonly actions: readonly FlowAction[];
  readonly expected: ExpectedResult;
}

/** The circumstances of a flow. */
export interface FlowConditions {
  /** Besides the defaults and the provider's profile. */
  readonly policy?: Partial<Policy>;
  /** Default: `standard`, which follows the whole protocol. */
  readonly provider?: ProviderName;
  /** The customer brings a voucher that was sold before. */
  readonly hasVoucher?: true;
  /** What goes wrong at the switch. */
  readonly faults?: readonly FaultRule[];
}

export interface ExpectedResult {
  /** What the till sends, in order, and what comes of each message. */
  readonly sentMessages: readonly ExpectedMessage[];
  /**
   * In real time, how often an advice is repeated, and in which order advices are delivered, depends on the moment. Then each that is sent
   * must have been acknowledged in the end, and reach the provider.
   */
  readonly advicesMayVary?: true;
  /** What of it reaches the provider, in order. */
  readonly providerMessages: readonly Operation[];
  /** What Electrum repeats to the provider: each must reach it more than once. How often depends on the moment. */
  readonly repeatedToProvider?: readonly Operation[];
  /** The advices that Electrum acknowledges and does not forward. */
  readonly consumedAdvices?: readonly Operation[];
  /** In the order in which they start. */
  readonly transactions: readonly ExpectedTransaction[];
  /** What the operator is alerted to. Default: nothing. */
  readonly alerts?: readonly ExpectedAlert[];
}

/** The reason of an alert of the runtime. */
export type ExpectedAlert = "attention" | "credentials" | "neverAnswered" | "notElectrum";

/** A message that is sent `repeatedly` is sent until something else comes of it: how often depends on the moment. */
export type ExpectedMessage = readonly [operation: Operation, outcome: ExpectedOutcome, times?: number | "repeatedly"];

/**
 * What comes of a message: a status, with its error type if it has one; or why there was no response.
 *
 * - `tillKilled`: the till died while it waited
 * - `tooEarly`: the runtime refused to send the message
 */
export type ExpectedOutcome =
  | `${number}`
  | `${number} ${string}`
  | Extract<NoResponseCause, "deadline" | "unreachable">
  | "tillKilled"
  | "tooEarly";

export interface ExpectedTransaction {
  /** All states that it passes through; the last one is its end. */
  readonly states: readonly Transaction["state"][];
  /** Its end at the switch; absent if the switch never receives it. */
  readonly switchState?: LedgerTransactionState;
  readonly voucherState?: VoucherState;
  readonly reconciliation?: readonly ReconciliationItem["reason"][];
}
