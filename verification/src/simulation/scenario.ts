import {
  netcare,
  standardProvider,
  type Policy,
  parsePolicy,
  type ProviderProfile,
  stellr,
} from "@electrum-vouchers/core";
import type { ProviderName } from "@electrum-vouchers/simulator";
import type { Random } from "../random.ts";

/** What one seed sets up before anything happens. */
export interface Scenario {
  /** How many till processes share the outbox. */
  readonly processes: number;
  readonly sales: number;
  readonly redemptions: number;
  /** How many vouchers customers have that were sold before the run. */
  readonly initialVouchers: number;
  /** Customers come within this time. */
  readonly arrivalWindowMs: number;
  /** How long faults are injected. */
  readonly faultyMs: number;
  readonly messaging: Policy["messaging"];
  /** If the switch forgets, the network delivers nothing after its deadline, and all clocks show the same time. */
  readonly remembersReversals: boolean;
  /** How far the clock of each process is ahead of the one before. */
  readonly skewMs: number;
  readonly policies: Readonly<Record<ProviderName, Policy>>;
  readonly rates: Rates;
}

/** How often faults occur: the probability for each message or call of a port, or the time between two events. */
export interface Rates {
  readonly network: number;
  readonly outbox: number;
  readonly perCrashPoint: number;
  readonly crashIntervalMs: number;
  readonly jumpIntervalMs: number;
  readonly conditionIntervalMs: number;
}

const NEVER = Number.POSITIVE_INFINITY;
const DAY_MS = 24 * 60 * 60 * 1000;
const YEAR_MS = 365 * DAY_MS;

export function generateScenario(random: Random): Scenario {
  const { pick, below } = random;
  const remembersReversals = !random.chance(0.2);
  const messaging = random.chance(0.25) ? "single" : "dual";
  return {
    processes: pick([1, 1, 2, 2, 3]),
    // Most runs are small, so that there can be many. Some have many customers.
    sales: pick([1, 2, 2, 3, 4, 12]),
    redemptions: pick([0, 1, 2, 2, 3, 9]),
    initialVouchers: 1 + below(3),
    arrivalWindowMs: pick([1_000, 30_000, 120_000]),
    faultyMs: pick([60_000, 180_000, 300_000]),
    messaging,
    remembersReversals,
    skewMs: pick([0, 0, 0, 0, 900, 45_000, DAY_MS, YEAR_MS]),
    policies: generatePolicies(random, messaging),
    rates: {
      network: pick([0.05, 0.3, 0.6]),
      outbox: pick([0, 0.03, 0.15]),
      perCrashPoint: pick([0, 0, 0.01, 0.03]),
      crashIntervalMs: pick([NEVER, 60_000, 20_000]),
      jumpIntervalMs: pick([NEVER, 90_000, 30_000]),
      conditionIntervalMs: pick([NEVER, 60_000, 15_000]),
    },
  };
}

/** The same policy for all providers of a run, except for the provider's profile. In some runs the till does not know the profiles. */
function generatePolicies(random: Random, messaging: Policy["messaging"]): Scenario["policies"] {
  const { pick } = random;
  const knowsProfiles = !random.chance(0.1);
  const customerWaitMs = pick([NEVER, NEVER, 20_000, 90_000]);
  const decisionDeadlineMs = pick([NEVER, 5_000, 60_000]);
  const choices: Partial<Policy> = {
    messaging,
    retries: random.below(4),
    retryBackoff: { initialMs: pick([0, 500, 2_000]), multiplier: 2, maxMs: 10_000 },
    replyDeadlineMs: pick([2_000, 10_000, 60_000]),
    lookupRetries: random.below(3),
    lookupBackoff: { initialMs: 500, multiplier: 2, maxMs: 10_000 },
    ...(customerWaitMs === NEVER ? {} : { customerWaitMs }),
    ...(decisionDeadlineMs === NEVER ? {} : { decisionDeadlineMs }),
  };
  const policyWith = (provider: ProviderProfile): Policy => parsePolicy({ ...choices, provider })._unsafeUnwrap();
  const standard = policyWith(standardProvider);
  return knowsProfiles
    ? { standard, Netcare: policyWith(netcare), Stellr: policyWith(stellr) }
    : { standard, Netcare: standard, Stellr: standard };
}
