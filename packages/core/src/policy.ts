import { err, ok, type Result } from "neverthrow";
import { hash32 } from "./hash.ts";

/** What a provider takes. A profile never suppresses an advice: it only says what retries are worth and what must be reconciled. */
export interface ProviderProfile {
  readonly name: string;
  /** `false`: Electrum declines every retry, so an unknown outcome goes straight to its reversal. */
  readonly takesRetries: boolean;
  /** `false`: Electrum acknowledges confirmations itself and forwards none. */
  readonly takesConfirmations: boolean;
  /** `false`: an acknowledged reversal does not prove that the voucher is void; it is marked for reconciliation. */
  readonly takesReversals: boolean;
}

/** A provider that follows the whole protocol. */
export const ordinaryProvider: ProviderProfile = {
  name: "ordinary",
  takesRetries: true,
  takesConfirmations: true,
  takesReversals: true,
};

/** Stellr: Electrum swallows every advice and declines every retry. */
export const stellr: ProviderProfile = {
  name: "Stellr",
  takesRetries: false,
  takesConfirmations: false,
  takesReversals: false,
};

/** Netcare: takes advices, declines every retry. */
export const netcare: ProviderProfile = {
  name: "Netcare",
  takesRetries: false,
  takesConfirmations: true,
  takesReversals: true,
};

/** A pause that grows with each repeat: `initialMs`, then `factor` times longer each time, never over `capMs`. */
export interface Growth {
  readonly initialMs: number;
  readonly factor: number;
  readonly capMs: number;
}

/** The till's business rules. They are kept in the transaction: a new release must not change the rules of a running one. */
export interface Policy {
  /** `dual`: the till confirms or cancels each approval · `single`: an approval completes the transaction. Default `dual`. */
  readonly messaging: "dual" | "single";
  /** Default {@link ordinaryProvider}. */
  readonly provider: ProviderProfile;
  /** How often `retryProvisionVoucher` may follow an unknown outcome; 0 for never. Default 3. */
  readonly retries: number;
  readonly retryDelay: Growth;
  /** How long to wait for each reply. Default 60 s, Electrum's own. */
  readonly replyDeadlineMs: number;
  /**
   * Bound on the customer's whole wait, all attempts together. It begins anew when the till decides: with each round of
   * lookups, and with `redeem`. Default: none.
   */
  readonly customerWaitMs?: number;
  /** After this time without a decision of the till, an approval is reversed. Default: wait for ever. */
  readonly decisionDeadlineMs?: number;
  /** How often `lookupVoucher` is repeated after an unknown outcome. Default 2. */
  readonly lookupRepeats: number;
  readonly lookupDelay: Growth;
  /** How long after its end a transaction may first be looked up (Electrum's "initial processing period"). Default 0. */
  readonly lookupAfterMs: number;
}

/** One thing that is wrong with a policy. */
export interface PolicyFault {
  readonly path: string;
  readonly expected: string;
}

/** More attempts than this help nobody, and would let a mistyped number repeat a sale for hours. */
export const MAX_ATTEMPTS = 100;

/** A week. A wait longer than this is a mistyped number, and timers overflow at 24.8 days. */
export const MAX_WAIT_MS: number = 7 * 24 * 60 * 60 * 1000;

const defaults: Policy = {
  messaging: "dual",
  provider: ordinaryProvider,
  retries: 3,
  retryDelay: { initialMs: 1_000, factor: 2, capMs: 10_000 },
  replyDeadlineMs: 60_000,
  lookupRepeats: 2,
  lookupDelay: { initialMs: 1_000, factor: 2, capMs: 10_000 },
  lookupAfterMs: 0,
};

/**
 * A policy: the defaults with your choices, or every fault in them.
 *
 * @example
 * policy({ messaging: "single", provider: netcare })
 */
export function policy(choices: Partial<Policy> = {}): Result<Policy, readonly PolicyFault[]> {
  const chosen: Policy = { ...defaults, ...choices };
  const faults = [
    ...oneOf("messaging", chosen.messaging, ["dual", "single"]),
    ...profileFaults(chosen.provider),
    ...wholeNumber("retries", chosen.retries, 0, MAX_ATTEMPTS),
    ...growthFaults("retryDelay", chosen.retryDelay),
    ...wholeNumber("replyDeadlineMs", chosen.replyDeadlineMs, 1, MAX_WAIT_MS),
    ...optional(chosen.customerWaitMs, (ms) => wholeNumber("customerWaitMs", ms, 1, MAX_WAIT_MS)),
    ...optional(chosen.decisionDeadlineMs, (ms) => wholeNumber("decisionDeadlineMs", ms, 1, MAX_WAIT_MS)),
    ...wholeNumber("lookupRepeats", chosen.lookupRepeats, 0, MAX_ATTEMPTS),
    ...growthFaults("lookupDelay", chosen.lookupDelay),
    ...wholeNumber("lookupAfterMs", chosen.lookupAfterMs, 0, MAX_WAIT_MS),
  ];
  return faults.length === 0 ? ok(chosen) : err(faults);
}

type Faults = readonly PolicyFault[];

const optional = <T>(value: T | undefined, check: (value: T) => Faults): Faults =>
  value === undefined ? [] : check(value);

const wholeNumber = (path: string, value: unknown, min: number, max: number): Faults =>
  typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
    ? []
    : [{ path, expected: `must be a whole number from ${min} to ${max}` }];

const oneOf = (path: string, value: unknown, allowed: readonly string[]): Faults =>
  allowed.some((each) => each === value) ? [] : [{ path, expected: `must be one of ${allowed.join(", ")}` }];

const profileFaults = (profile: ProviderProfile): Faults => [
  ...(typeof profile.name === "string" && profile.name !== ""
    ? []
    : [{ path: "provider.name", expected: "must be a name" }]),
  ...(["takesRetries", "takesConfirmations", "takesReversals"] as const).flatMap((field) =>
    typeof profile[field] === "boolean" ? [] : [{ path: `provider.${field}`, expected: "must be true or false" }],
  ),
];

const growthFaults = (path: string, growth: Growth): Faults => [
  ...wholeNumber(`${path}.initialMs`, growth.initialMs, 0, MAX_WAIT_MS),
  ...wholeNumber(`${path}.capMs`, growth.capMs, 0, MAX_WAIT_MS),
  ...(typeof growth.factor === "number" && growth.factor >= 1 && growth.factor <= MAX_GROWTH_FACTOR
    ? []
    : [{ path: `${path}.factor`, expected: `must be a number from 1 to ${MAX_GROWTH_FACTOR}` }]),
];

/** Ten times longer each time reaches any cap in a few steps. */
const MAX_GROWTH_FACTOR = 10;

/**
 * The pause before repeat `repeat` (0 for the first). Its jitter comes from `seed`, a transaction's or advice's id: the same
 * pause after a crash, and no thousand tills that repeat in step. Between half of the grown pause and all of it.
 */
export function pauseMs(growth: Growth, repeat: number, seed: string): number {
  const grownMs = Math.min(growth.capMs, growth.initialMs * growth.factor ** Math.min(repeat, MAX_ATTEMPTS));
  return Math.round(grownMs * (0.5 + 0.5 * (hash32(`${seed}/${repeat}`) / 0xffffffff)));
}
