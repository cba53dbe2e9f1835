import { err, type Result } from "neverthrow";
import * as v from "valibot";
import type { MessageFault } from "./fault.ts";
import { hash32, avalanche32 } from "./hash.ts";
import { parseInput } from "./parse-input.ts";
import { copyPlainData } from "./plain-data.ts";
import { strictObject } from "./strict-object.ts";

/** What a provider supports. It decides whether to retry, and what an operator must reconcile. It never suppresses an advice. */
export interface ProviderProfile {
  readonly name: string;
  /** `false`: Electrum declines every retry, so an unknown outcome goes straight to its reversal. */
  readonly takesRetries: boolean;
  /**
   * `false`: Electrum acknowledges every advice and forwards none. So what the provider approved stays approved: an acknowledged
   * reversal proves nothing, and adds a reconciliation item.
   */
  readonly takesReversals: boolean;
}

/** A provider that follows the whole protocol. */
export const standardProvider: ProviderProfile = {
  name: "standard",
  takesRetries: true,
  takesReversals: true,
};

/** Stellr: Electrum acknowledges every advice without forwarding it, and declines every retry. */
export const stellr: ProviderProfile = {
  name: "Stellr",
  takesRetries: false,
  takesReversals: false,
};

/** Netcare: Electrum forwards every advice, and declines every retry. */
export const netcare: ProviderProfile = {
  name: "Netcare",
  takesRetries: false,
  takesReversals: true,
};

/** A pause that grows with each repeat: first `initialMs`, then `multiplier` times longer each time, at most `maxMs`. */
export interface Backoff {
  readonly initialMs: number;
  readonly multiplier: number;
  readonly maxMs: number;
}

/** The till's business rules. Each transaction stores its own, so that a new release does not change the rules of one under way. */
export interface Policy {
  /** `dual`: the till confirms or cancels each approval · `single`: an approval completes the transaction. Default `dual`. */
  readonly messaging: "dual" | "single";
  /** Default {@link standardProvider}. */
  readonly provider: ProviderProfile;
  /** How often `retryProvisionVoucher` may follow an unknown outcome: 0 (never) to 100. Default 3. */
  readonly retries: number;
  readonly retryBackoff: Backoff;
  /** How long to wait for each response, in milliseconds. Default 60 000, Electrum's own time-out. */
  readonly replyDeadlineMs: number;
  /**
   * The bound on the customer's wait over all attempts together, in milliseconds. It begins anew when the till acts: with each
   * round of lookups, and with `redeem`. Default: no bound.
   */
  readonly customerWaitMs?: number;
  /** How long the till may take to decide on an approval, in milliseconds. Default: wait for ever. */
  readonly decisionDeadlineMs?: number;
  /**
   * What happens if the till has not decided in time. `reverse`: the approval is reversed, unless a payment has started. `alert`: an operator
   * is told. Default `reverse`.
   */
  readonly onDecisionDeadline: "reverse" | "alert";
  /** Whether the till says when it has printed a voucher. Until it has, it may have the voucher again. Default `false`. */
  readonly tracksPrinting: boolean;
  /**
   * Bounds on confirmations that are not delivered, for one client and provider. Once one of them is reached, no new sale begins there.
   * Default: none.
   */
  readonly maxUndelivered?: UndeliveredBounds;
  /** How often `lookupVoucher` is repeated after an unknown outcome. Default 2. */
  readonly lookupRetries: number;
  readonly lookupBackoff: Backoff;
  /** After this time without the till, a lookup is given up, whatever came of it, in milliseconds. Default: a day. */
  readonly lookupExpiryMs: number;
  /**
   * How long an advice is repeated if its response may be Electrum's but names no id, in milliseconds. After that it counts as acknowledged, and
   * is flagged for reconciliation. Default: a day.
   */
  readonly unnamedRepeatMs: number;
  /** How long after its end a transaction may be looked up, in milliseconds ("initial processing period"). Default 0. */
  readonly lookupAfterMs: number;
}

/** How much may be undelivered. An absent bound bounds nothing. */
export interface UndeliveredBounds {
  /** So many confirmations. */
  readonly count?: number;
  /** In minor units, of any one currency. */
  readonly amount?: number;
  /** Since the oldest of them was due, in milliseconds. */
  readonly ageMs?: number;
}

/** More attempts do not help, and a mistyped number would repeat a sale for hours. */
export const MAX_ATTEMPTS = 100;

/** A week. A longer wait is a mistyped number; besides, timers overflow at 24.8 days. */
export const MAX_WAIT_MS: number = 7 * 24 * 60 * 60 * 1000;

/** The policy of a till that chooses nothing. */
export const defaultPolicy: Policy = {
  messaging: "dual",
  provider: standardProvider,
  retries: 3,
  retryBackoff: { initialMs: 1_000, multiplier: 2, maxMs: 10_000 },
  replyDeadlineMs: 60_000,
  onDecisionDeadline: "reverse",
  tracksPrinting: false,
  lookupRetries: 2,
  lookupBackoff: { initialMs: 1_000, multiplier: 2, maxMs: 10_000 },
  lookupExpiryMs: 24 * 60 * 60 * 1000,
  lookupAfterMs: 0,
  unnamedRepeatMs: 24 * 60 * 60 * 1000,
};

/** At ten times longer each time, the backoff reaches any `maxMs` in a few steps. */
const MAX_BACKOFF_MULTIPLIER = 10;

const between = (min: number, max: number, isOne: (value: number) => boolean, what: string): v.GenericSchema<number> =>
  v.pipe(
    v.number(),
    v.check((value) => isOne(value) && value >= min && value <= max, `must be ${what} from ${min} to ${max}`),
  );

const countSchema = between(0, MAX_ATTEMPTS, Number.isInteger, "a whole number");
const waitMsSchema = between(1, MAX_WAIT_MS, Number.isInteger, "a whole number");
const optionalWaitMsSchema = between(0, MAX_WAIT_MS, Number.isInteger, "a whole number");

const backoffSchema: v.GenericSchema<Backoff> = strictObject({
  initialMs: optionalWaitMsSchema,
  multiplier: between(1, MAX_BACKOFF_MULTIPLIER, Number.isFinite, "a number"),
  maxMs: optionalWaitMsSchema,
});

/** A bound of 0 would refuse every sale. */
const wholeSchema = between(1, Number.MAX_SAFE_INTEGER, Number.isSafeInteger, "a whole number");

const policySchema: v.GenericSchema<Policy> = strictObject({
  messaging: v.picklist(["dual", "single"]),
  provider: strictObject({
    name: v.pipe(v.string(), v.minLength(1, "must not be empty")),
    takesRetries: v.boolean(),
    takesReversals: v.boolean(),
  }),
  retries: countSchema,
  retryBackoff: backoffSchema,
  replyDeadlineMs: waitMsSchema,
  customerWaitMs: v.exactOptional(waitMsSchema),
  decisionDeadlineMs: v.exactOptional(waitMsSchema),
  onDecisionDeadline: v.picklist(["reverse", "alert"]),
  tracksPrinting: v.boolean(),
  maxUndelivered: v.exactOptional(
    strictObject({
      count: v.exactOptional(wholeSchema),
      amount: v.exactOptional(wholeSchema),
      ageMs: v.exactOptional(waitMsSchema),
    }),
  ),
  lookupRetries: countSchema,
  lookupBackoff: backoffSchema,
  lookupExpiryMs: waitMsSchema,
  lookupAfterMs: optionalWaitMsSchema,
  unnamedRepeatMs: optionalWaitMsSchema,
});

/**
 * A policy: {@link defaultPolicy} with the caller's choices, or every fault in them. A choice of `undefined` means the default.
 *
 * @example
 * parsePolicy({ messaging: "single", provider: netcare })
 */
export function parsePolicy(choices: Partial<Policy> = {}): Result<Policy, readonly MessageFault[]> {
  const copy = copyPlainData(choices, MAX_POLICY_BYTES);
  if (copy.faults.length > 0) return err(copy.faults);
  const { value } = copy;
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return checkPolicy(isObject ? { ...defaultPolicy, ...value } : value);
}

/** A whole policy, copied, or every fault in it. It has no defaults: see {@link parsePolicy}. */
export const checkPolicy = (policy: unknown): Result<Policy, readonly MessageFault[]> =>
  parseInput(policySchema, policy, MAX_POLICY_BYTES);

/** It is stored with each transaction. The longest part is the provider's name. */
const MAX_POLICY_BYTES = 4 * 1024;

/**
 * The pause before a repeat, in milliseconds: between half of the grown pause and all of it. `repeat` is 0 for the first one.
 * The jitter derives from `seed`, the id of a transaction or advice. So the pause is the same after a crash, and a thousand tills
 * do not repeat in step.
 */
export function backoffMs(backoff: Backoff, repeat: number, seed: string): number {
  const grownBackoffMs = Math.min(
    backoff.maxMs,
    backoff.initialMs * backoff.multiplier ** Math.min(repeat, MAX_ATTEMPTS),
  );
  const jitter = avalanche32(hash32(`${seed}/${repeat}`)) / 0xffffffff;
  return Math.round(grownBackoffMs * (0.5 + 0.5 * jitter));
}
