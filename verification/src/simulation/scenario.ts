import { netcare, ordinaryProvider, type Policy, policy, type ProviderProfile, stellr } from "@electrum-vouchers/core";
import type { ProviderName } from "@electrum-vouchers/simulator";
import type { Random } from "../random.ts";

/** What one seed sets up before anything happens. */
export interface Scenario {
  /** How many till processes share the outbox. */
  readonly processes: number;
  readonly sales: number;
  readonly redemptions: number;
  /** How many vouchers customers bring along that were sold before. */
  readonly earlierVouchers: number;
  /** Customers come within this time. */
  readonly arrivalsWithinMs: number;
  /** Faults go on as long; then nothing more goes wrong. */
  readonly stormMs: number;
  readonly messaging: Policy["messaging"];
  /** A switch that forgets is given a network that delivers nothing after its deadline, and clocks that show the same. */
  readonly remembersReversals: boolean;
  /** How far the clock of each process is ahead of the one before. */
  readonly skewMs: number;
  readonly policies: Readonly<Record<ProviderName, Policy>>;
  readonly rates: Rates;
}

/** How often things go wrong: the probability for each message, or call of a port; or the time between two events. */
export interface Rates {
  readonly network: number;
  readonly outbox: number;
  readonly crashPoint: number;
  readonly crashEveryMs: number;
  readonly jumpEveryMs: number;
  readonly conditionEveryMs: number;
}

const NEVER = Number.POSITIVE_INFINITY;

export function drawScenario(random: Random): Scenario {
  const { pick, below } = random;
  const remembersReversals = !random.chance(0.2);
  const messaging = random.chance(0.25) ? "single" : "dual";
  return {
    processes: pick([1, 1, 2, 2, 3]),
    // Most runs are small, so that there can be many; some are crowded.
    sales: pick([1, 2, 2, 3, 4, 12]),
    redemptions: pick([0, 1, 2, 2, 3, 9]),
    earlierVouchers: 1 + below(3),
    arrivalsWithinMs: pick([1_000, 30_000, 120_000]),
    stormMs: pick([60_000, 180_000, 300_000]),
    messaging,
    remembersReversals,
    skewMs: remembersReversals ? pick([0, 0, 0, 0, 900, 45_000]) : 0,
    policies: drawPolicies(random, messaging),
    rates: {
      network: pick([0.05, 0.3, 0.6]),
      outbox: pick([0, 0.03, 0.15]),
      crashPoint: pick([0, 0, 0.01, 0.03]),
      crashEveryMs: pick([NEVER, 60_000, 20_000]),
      jumpEveryMs: remembersReversals ? pick([NEVER, 90_000, 30_000]) : NEVER,
      conditionEveryMs: pick([NEVER, 60_000, 15_000]),
    },
  };
}

/** The same rules for all providers of a run, but for their profiles; now and then the till knows nothing of those. */
function drawPolicies(random: Random, messaging: Policy["messaging"]): Scenario["policies"] {
  const { pick } = random;
  const knowsProfiles = !random.chance(0.1);
  const customerWaitMs = pick([NEVER, NEVER, 20_000, 90_000]);
  const decisionDeadlineMs = pick([NEVER, 5_000, 60_000]);
  const choices: Partial<Policy> = {
    messaging,
    retries: random.below(4),
    retryDelay: { initialMs: pick([0, 500, 2_000]), factor: 2, capMs: 10_000 },
    replyDeadlineMs: pick([2_000, 10_000, 60_000]),
    lookupRepeats: random.below(3),
    lookupDelay: { initialMs: 500, factor: 2, capMs: 10_000 },
    ...(customerWaitMs === NEVER ? {} : { customerWaitMs }),
    ...(decisionDeadlineMs === NEVER ? {} : { decisionDeadlineMs }),
  };
  const policyWith = (provider: ProviderProfile): Policy => policy({ ...choices, provider })._unsafeUnwrap();
  const ordinary = policyWith(ordinaryProvider);
  return knowsProfiles
    ? { ordinary, Netcare: policyWith(netcare), Stellr: policyWith(stellr) }
    : { ordinary, Netcare: ordinary, Stellr: ordinary };
}
