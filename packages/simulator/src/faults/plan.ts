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

/** Which requests get which fault. Plain JSON. */
export interface FaultPlan {
  /** Checked in order; the first one that applies gives the fault. */
  readonly rules?: readonly FaultRule[];
  /** For requests to which no rule applies. */
  readonly random?: RandomFaults;
}

export interface FaultRule {
  /** Absent: it matches every request. */
  readonly match?: RequestPredicate;
  readonly fault: Fault;
  /** To how many matching requests it applies. Default 1. */
  readonly times?: number | "always";
}

/** A request matches if every field that is given does. */
export interface RequestPredicate {
  readonly operation?: SwitchOperation;
  /** The terminal of the transaction, also for an advice or a retry. */
  readonly terminalId?: string;
  /** The voucher code of the transaction or the lookup. */
  readonly voucherCode?: string;
  /** The `id` of the original request. */
  readonly requestId?: string;
  /** The message's own `id`, such as that of one advice. */
  readonly messageId?: string;
  /** The user whose credentials the message is sent under; at Electrum the client's id. */
  readonly client?: string;
  /** The provider of the transaction, also if the message is an advice. */
  readonly provider?: string;
  /** This part of all transactions, from 0 to 1, chosen by their ids: the same ones for every message of theirs. */
  readonly share?: number;
  /** The rule applies from the nth request on that matches the other fields; 1 is the first. Default 1. */
  readonly nth?: number;
}

/** Random faults. The seed and a message's own id decide, not the order in which requests arrive. */
export interface RandomFaults {
  readonly seed: number;
  /** The probability of each kind, from 0 to 1. Together they must not exceed 1. */
  readonly rates: { readonly [Kind in FaultKind]?: number };
  /** How long the slow, late and refusing faults last, in milliseconds. Default 1000. */
  readonly delayMs?: number;
}

/** What the rules match on. */
export interface RequestAttributes {
  readonly operation: SwitchOperation;
  /** The message's own id, or the one in its path. A `lookupVoucher` has none. */
  readonly id?: string;
  /** Tells this message from others in a random draw. It may hold a voucher code: never log it. */
  readonly drawKey: string;
  readonly requestId?: string;
  readonly terminalId?: string;
  readonly voucherCode?: string;
  readonly client?: string;
  readonly provider?: string;
}

/** More rules are a mistake, and each request is matched against all of them. */
const MAX_RULES = 1_000;

const rate: Check<number> = {
  findErrors: (value, field) =>
    typeof value === "number" && value >= 0 && value <= 1 ? [] : [{ field, msg: "must be a number from 0 to 1" }],
  schema: () => ({ type: "number", minimum: 0, maximum: 1 }),
};

export const ruleCheck: Check<FaultRule> = object<FaultRule>({
  match: optional(
    object<RequestPredicate>({
      operation: optional(oneOf(...endpoints.map(({ operation }) => operation))),
      terminalId: optional(text()),
      voucherCode: optional(text()),
      requestId: optional(text()),
      messageId: optional(text()),
      client: optional(text()),
      provider: optional(text()),
      share: optional(rate),
      nth: optional(wholeNumber(1)),
    }),
  ),
  fault: required(fault),
  times: optional({
    findErrors: (value, field) => (value === "always" ? [] : wholeNumber(1).findErrors(value, field)),
    schema: (reading) => ({ anyOf: [{ const: "always" }, wholeNumber(1).schema(reading)] }),
  }),
});

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
  schema: (reading) => ({
    type: "object",
    propertyNames: { enum: faultKinds },
    additionalProperties: rate.schema(reading),
  }),
};

const ruleList: Check<readonly FaultRule[]> = {
  findErrors: (value, field) =>
    Array.isArray(value) && value.length > MAX_RULES
      ? [{ field, msg: `must have at most ${MAX_RULES} rules` }]
      : listOf(ruleCheck).findErrors(value, field),
  schema: (reading) => ({ ...listOf(ruleCheck).schema(reading), maxItems: MAX_RULES }),
};

export const planCheck: Check<FaultPlan> = object<FaultPlan>({
  rules: optional(ruleList),
  random: optional(
    object<RandomFaults>({
      seed: required(wholeNumber()),
      rates: required(rates),
      delayMs: optional(wholeNumber(0, 60_000)),
    }),
  ),
});

/** Validates a script: the plan that it holds, or every fault in it. */
export const readFaultPlan = (script: Json): CheckResult<FaultPlan> => validate(planCheck, script);

export const readRule = (script: Json): CheckResult<FaultRule> => validate(ruleCheck, script);
