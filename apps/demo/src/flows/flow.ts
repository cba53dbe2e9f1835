import type { ReconciliationItem, Operation } from "@electrum-vouchers/core";
import type { FlowContext } from "./flow-context.ts";
import type { FlowSetup } from "./flow-setup.ts";

/** A documented flow, as data: what is given, what the till does, and how it must end. */
export interface Flow {
  readonly name: string;
  /** The protocol's rule that it shows. */
  readonly rule: string;
  readonly setup?: FlowSetup;
  /** What the till, or the world around it, does, one after the other. */
  readonly actions: readonly Action[];
  readonly expected: ExpectedResult;
}

export type Action = (context: FlowContext) => Promise<void>;

export interface ExpectedResult {
  /** What the till sends, in order, and how each fares. */
  readonly sentMessages: readonly ExpectedMessage[];
  /** What of it reaches the provider, in order. */
  readonly providerMessages: readonly Operation[];
  /** The advices that Electrum keeps to itself. */
  readonly consumedAdvices?: readonly Operation[];
  /** In the order in which they start. */
  readonly transactions: readonly ExpectedTransaction[];
}

/** What goes out `repeatedly` does so until it fares otherwise: how often depends on the moment. */
export type ExpectedMessage = readonly [operation: Operation, outcome: string, times?: number | "repeatedly"];

export interface ExpectedTransaction {
  /** All that it passes through; the last one is its end. */
  readonly states: readonly string[];
  /** Its end at the switch; absent where the switch never heard of it. */
  readonly switchState?: string;
  readonly voucherState?: string;
  readonly reconciliation?: readonly ReconciliationItem["reason"][];
}
