import type { Json } from "@electrum-vouchers/core";
import {
  type Check,
  type FormatError,
  listOf,
  mapOf,
  object,
  oneOf,
  optional,
  type CheckResult,
  validate,
  required,
  text,
  wholeNumber,
} from "../messages/check.ts";
import { endpoints, type SwitchOperation } from "../switch/operations.ts";
import { type Fault, type FaultKind, fault, faultKinds } from "./fault.ts";

/** Which requests go wrong, and how. */
export interface FaultPlan {
  /** Looked at in order; the first that applies is the one. */
  readonly rules?: readonly FaultRule[];
  /** For requests to which no rule applies. */
  readonly random?: RandomFaults;
}

export interface FaultRule {
  /** Absent: every request. */
  readonly match?: RequestPredicate;
  readonly fault: Fault;
  /** For how many matching requests. Default 1. */
  readonly times?: number | "always";
}

/** All that is given must be so. */
export interface RequestPredicate {
  readonly operation?: SwitchOperation;
  /** Of the transaction, also where the message is an advice or a retry. */
  readonly terminalId?: string;
  /** Of the transaction or the lookup. */
  readonly voucherCode?: string;
  /** The `id` of the original request. */
  readonly requestId?: string;
  /** Starts with the nth request of which the rest is so; 1 is the first. Default 1. */
  readonly nth?: number;
}

/** Faults by lot. The seed and a message's own id decide, not the order in which requests happen to arrive. */
export interface RandomFaults {
  readonly seed: number;
  /** From 0 to 1; together not over 1. */
  readonly rates: { readonly [Kind in FaultKind]?: number };
  /** How long slow, late and refusing faults last. Default 1000. */
  readonly delayMs?: number;
}

/** What the rules look at. */
export interface RequestAttributes {
  readonly operation: SwitchOperation;
  /** The message's own id, or the one in its path. A lookup of a voucher has none. */
  readonly id?: string;
  /** What tells this message from others when lots are drawn. It may hold a voucher code. */
  readonly drawKey: string;
  readonly requestId?: string;
  readonly terminalId?: string;
  readonly voucherCode?: string;
}

/** More rules than this are a mistake, and each request is held against all of them. */
const MAX_RULES = 1_000;

const rule: Check<FaultRule> = object<FaultRule>({
  match: optional(
    object<RequestPredicate>({
      operation: optional(oneOf(...endpoints.map(({ operation }) => operation))),
      terminalId: optional(text()),
      voucherCode: optional(text()),
      requestId: optional(text()),
      nth: optional(wholeNumber(1)),
    }),
  ),
  fault: required(fault),
  times: optional({
    findErrors: (value, field) => (value === "always" ? [] : wholeNumber(1).findErrors(value, field)),
  }),
});

const rate: Check<number> = {
  findErrors: (value, field) =>
    typeof value === "number" && value >= 0 && value <= 1 ? [] : [{ field, msg: "must be a number from 0 to 1" }],
};

const rates: Check<RandomFaults["rates"]> = {
  findErrors(value, field) {
    const wrong = mapOf(rate).findErrors(value, field);
    if (wrong.length > 0) return wrong;
    const entries = Object.entries(value ?? {});
    const unknown = entries.filter(([kind]) => !faultKinds.includes(kind));
    const sum = entries.reduce((total, [, each]) => total + Number(each), 0);
    return [
      ...unknown.map(
        ([kind]): FormatError => ({ field: `${field}.${kind}`, msg: `must be one of ${faultKinds.join(", ")}` }),
      ),
      ...(sum > 1 ? [{ field, msg: "must not add up to more than 1" }] : []),
    ];
  },
};

const ruleList: Check<readonly FaultRule[]> = {
  findErrors: (value, field) =>
    Array.isArray(value) && value.length > MAX_RULES
      ? [{ field, msg: `must have at most ${MAX_RULES} rules` }]
      : listOf(rule).findErrors(value, field),
};

const plan: Check<FaultPlan> = object<FaultPlan>({
  rules: optional(ruleList),
  random: optional(
    object<RandomFaults>({
      seed: required(wholeNumber()),
      rates: required(rates),
      delayMs: optional(wholeNumber(0, 60_000)),
    }),
  ),
});

/** The plan that a script holds, or everything that is wrong with it. */
export const readFaultPlan = (script: Json): CheckResult<FaultPlan> => validate(plan, script);

export const readRule = (script: Json): CheckResult<FaultRule> => validate(rule, script);
