import { type ProviderName, providerNames } from "@electrum-vouchers/simulator";
import type { Random } from "../../random.ts";
import { silentFailures, type Failure, failures } from "./failures.ts";

/** What one seed sets up: who is failing, how, and for how long. */
export interface IsolationScenario {
  /** This part of the advices is failing, of those that may be. */
  readonly share: number;
  /** Each failing advice has one of these. */
  readonly failures: readonly Failure[];
  /** Only advices for this provider are failing. Absent: for any. */
  readonly failingProvider?: ProviderName;
  /** Only advices of this client are failing. Absent: of any. */
  readonly failingClient?: string;
  /** The credentials of this client are refused from `refusedFromMs` on. */
  readonly refusedClient?: string;
  readonly refusedFromMs: number;
  /** When all recover. Infinite: not while it is checked what the healthy experience. */
  readonly recoverAtMs: number;
  /** Customers come this often, on average. */
  readonly saleIntervalMs: number;
  /** Many come at once, at this moment. */
  readonly rushAtMs: number;
  readonly rush: number;
  /** When the process is killed and started again. Infinite: never. */
  readonly crashAtMs: number;
}

export const clients: readonly string[] = ["shop-north", "shop-south", "shop-west"];

/** Every advice that becomes due so soon is checked. */
const CHECKED_MS = 2 * 60 * 1000;

const NEVER = Number.POSITIVE_INFINITY;

export function generateIsolationScenario({ pick, chance, below }: Random): IsolationScenario {
  const isOneKind = chance(0.6);
  const place = pick(["anywhere", "anywhere", "one provider", "one client", "one queue"] as const);
  return {
    share: pick([1 / 50, 1 / 16, 1 / 2, 15 / 16]),
    failures: isOneKind ? [pick(failures)] : failures,
    ...(place === "one provider" || place === "one queue" ? { failingProvider: pick(providerNames) } : {}),
    ...(place === "one client" || place === "one queue" ? { failingClient: pick(clients) } : {}),
    ...(chance(0.3) ? { refusedClient: pick(clients) } : {}),
    refusedFromMs: pick([0, 30_000, 60_000]),
    recoverAtMs: pick([NEVER, NEVER, 60_000, 120_000]),
    saleIntervalMs: pick([800, 1_500, 3_000]),
    rushAtMs: below(CHECKED_MS),
    rush: pick([0, 0, 20]),
    crashAtMs: pick([NEVER, 40_000, 100_000]),
  };
}

/** What a healthy advice may wait: no more than if it were alone, with what the first deliveries of a few others take. */
const MAX_WAIT_MS = 1_000;

/** Silent ones hold their slots until they are detached, 3 s for each slotful. No more than a few slotfuls come at once. */
const MAX_SILENT_WAIT_MS = 15_000;

/** After a crash, all silent ones that were under way, of a whole deadline, come at once. */
const MAX_SILENT_WAIT_AFTER_CRASH_MS = 60_000;

/** The bound on what a healthy advice may wait. It does not depend on the share of the failing ones. */
export function maxWaitMs({ failures: some, crashAtMs }: IsolationScenario): number {
  if (!some.some((each) => silentFailures.includes(each))) return MAX_WAIT_MS;
  return Number.isFinite(crashAtMs) ? MAX_SILENT_WAIT_AFTER_CRASH_MS : MAX_SILENT_WAIT_MS;
}

/** Customers come for this long, so that their requests are answered as long as it is checked what the healthy experience. */
export const openMs = (scenario: IsolationScenario): number => CHECKED_MS + maxWaitMs(scenario);
