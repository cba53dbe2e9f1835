import type { Json } from "@electrum-vouchers/core";
import { type FaultPlan, planCheck } from "../faults/plan.ts";
import {
  type Check,
  flag,
  type FormatError,
  listOf,
  mapOf,
  object,
  optional,
  text,
  wholeNumber,
} from "../messages/check.ts";
import { MAX_PROVIDERS, profileCheck, PROVIDER_NAME, PROVIDER_NAME_MEANING } from "../switch/provider-profiles.ts";
import type { World, WorldSettings } from "../switch/world.ts";
import { isWorld } from "../switch/world-snapshot.ts";

export interface SimulatorOptions extends Partial<WorldSettings> {
  /** The world to start with, from an earlier simulator. Settings given here replace the world's own. Default: an empty world. */
  readonly world?: World;
  /** Called with each new world, before the response to the request that changed it. A world is plain JSON, to store for a later start. */
  readonly onChange?: (world: World) => void;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. With another address, other machines can reach the API and also the administration. */
  readonly host?: string;
  /**
   * Names that lead to this simulator as well, such as the one of its container. Requests to its administration that were sent to another
   * name, or by a page of another site, are refused. Default: none but `host` and loopback.
   */
  readonly allowHosts?: readonly string[];
  /** Default: no faults. */
  readonly faults?: FaultPlan;
  /** How long a token of OAuth2 lives, in seconds. Default 3600. */
  readonly tokenLifetimeSeconds?: number;
  /** How long to wait before the queue of a provider that is down is tried again, in milliseconds. Default 500. */
  readonly forwardRepeatMs?: number;
}

/** The options, each read once. Throws one `TypeError` that names every fault in them. */
export function validateSimulatorOptions(given: SimulatorOptions): SimulatorOptions {
  const options = { ...given };
  // What was spread is an object, whatever was given.
  const faults = isOptions(given) ? findFaults(options) : [{ field: "", msg: "must be an object of options" }];
  if (faults.length === 0) return options;
  throw Object.assign(
    new TypeError(`startSimulator: ${faults.map(({ field, msg }) => `${field} ${msg}`.trim()).join("; ")}`),
    { faults },
  );
}

function findFaults({ world, onChange, ...settings }: SimulatorOptions): readonly FormatError[] {
  return [
    ...(world === undefined || isWorld(world) ? [] : [{ field: "world", msg: "must be a stored world" }]),
    ...(onChange === undefined || typeof onChange === "function"
      ? []
      : [{ field: "onChange", msg: "must be a function" }]),
    ...(isJson(settings) ? settingsCheck.findErrors(settings, "") : []),
  ];
}

const isOptions = (given: unknown): boolean => typeof given === "object" && given !== null && !Array.isArray(given);

/** What is not JSON fails the check of its field. */
const isJson = (_settings: unknown): _settings is Json => true;

/** A day. A longer wait is a mistyped number. */
const MAX_WAIT_MS = 24 * 60 * 60 * 1_000;

const providersCheck: Check<WorldSettings["providers"]> = {
  findErrors(value, field) {
    const names = Object.keys(value ?? {});
    if (names.length > MAX_PROVIDERS) return [{ field, msg: `must name at most ${MAX_PROVIDERS} providers` }];
    const misnamed = names.filter((name) => !PROVIDER_NAME.test(name));
    if (misnamed.length > 0) return [{ field, msg: `must have names of ${PROVIDER_NAME_MEANING}` }];
    return mapOf(profileCheck).findErrors(value, field);
  },
  schema: (reading) => mapOf(profileCheck).schema(reading),
};

const settingsCheck: Check<Omit<SimulatorOptions, "world" | "onChange">> = object<
  Omit<SimulatorOptions, "world" | "onChange">
>({
  port: optional(wholeNumber(0, 65_535)),
  host: optional(text({ matching: [/\S/, "a host name or an address"] })),
  allowHosts: optional(listOf(text({ matching: [/\S/, "a host name or an address"] }))),
  faults: optional(planCheck),
  forwardRepeatMs: optional(wholeNumber(1, MAX_WAIT_MS)),
  tokenLifetimeSeconds: optional(wholeNumber(1, MAX_WAIT_MS / 1_000)),
  strict: optional(flag),
  providers: optional(providersCheck),
  additionalFields: optional(listOf(text({ matching: [/\S/, "the name of a field"] }))),
  seed: optional(wholeNumber()),
  singleMessagingUsers: optional(listOf(text())),
  remembersReversals: optional(flag),
  upstreamDeadlineMs: optional(wholeNumber(0, MAX_WAIT_MS)),
  maxTransactions: optional(wholeNumber(0)),
  maxHistory: optional(wholeNumber(0)),
});
