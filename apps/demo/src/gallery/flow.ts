import type { Mark, Operation } from "@electrum-vouchers/core";
import type { Stage } from "./stage.ts";
import type { Given } from "./given.ts";

/** A documented flow, as data: what is given, what the till does, and how it must end. */
export interface Flow {
  readonly name: string;
  /** The protocol's rule that it shows. */
  readonly rule: string;
  readonly given?: Given;
  /** What the till, or the world around it, does, one after the other. */
  readonly acts: readonly Act[];
  readonly expected: Expected;
}

export type Act = (stage: Stage) => Promise<void>;

export interface Expected {
  /** What the till sends, in order, and how each fares. */
  readonly till: readonly ExpectedMessage[];
  /** What of it reaches the provider, in order. */
  readonly provider: readonly Operation[];
  /** The advices that Electrum keeps to itself. */
  readonly consumed?: readonly Operation[];
  /** In the order in which they start. */
  readonly transactions: readonly ExpectedTransaction[];
}

/** What goes out `repeatedly` does so until it fares otherwise: how often depends on the moment. */
export type ExpectedMessage = readonly [operation: Operation, fared: string, times?: number | "repeatedly"];

export interface ExpectedTransaction {
  /** All that it passes through; the last one is its end. */
  readonly states: readonly string[];
  /** Its end at the switch; absent where the switch never heard of it. */
  readonly electrum?: string;
  readonly voucher?: string;
  readonly marks?: readonly Mark["reason"][];
}
