import type { IncomingMessage, ServerResponse } from "node:http";
import { setCondition } from "../switch/providers.ts";
import { createWorld, clearWorld, setProfile, withSettings, type World } from "../switch/world.ts";
import type { AdminActions } from "./admin-actions.ts";
import { createProviderForwarder, type ProviderForwarder } from "./provider-forwarder.ts";
import { listen } from "./listener.ts";
import { createOwnHostCheck } from "./own-host.ts";
import { route, TOKEN_PATH } from "./route.ts";
import { createTokenEndpoint, type TokenEndpoint } from "./token-endpoint.ts";
import { createRunningSwitch, type RunningSwitch } from "./running-switch.ts";
import { type SimulatorOptions, validateSimulatorOptions } from "./simulator-options.ts";
import { createTimers } from "./timers.ts";

/** A running simulator. */
export interface Simulator extends AdminActions {
  /** The base URL of the API, with `/suv/v1`. */
  readonly url: string;
  readonly adminUrl: string;
  /** Where OAuth2's password grant gets a token. */
  readonly tokenUrl: string;
  /** Open connections and pending timers. After `stop`, both are 0. */
  resources(): Promise<{ readonly connections: number; readonly timers: number }>;
  /** Closes every connection and timer. */
  stop(): Promise<void>;
}

/**
 * Starts a simulator: an Electrum switch and its providers, over HTTP. Rejects if the port is in use, and, with one
 * `TypeError` that names them all, if options are wrong.
 *
 * @example
 * const simulator = await startSimulator({ faults: { rules: [{ fault: { kind: "reset", processed: true } }] } });
 * // … point a till at simulator.url …
 * await simulator.stop();
 */
export async function startSimulator(given: SimulatorOptions = {}): Promise<Simulator> {
  const options = validateSimulatorOptions(given);
  const {
    port = 0,
    host = "127.0.0.1",
    allowHosts = [],
    faults = {},
    forwardRepeatMs = 500,
    world,
    onChange = () => {},
    tokenLifetimeSeconds = DEFAULT_TOKEN_LIFETIME_S,
    ...settings
  } = options;
  const timers = createTimers();
  const now = Date.now;
  const start = world === undefined ? createWorld(settings) : withSettings(world, settings);
  const onQueued = (provider: string): void => forwarder.wake(provider);
  const running = createRunningSwitch(start, faults, { onQueued, onChange });
  const forwarder = createProviderForwarder({ running, now, timers, repeatMs: forwardRepeatMs });

  const startOutage = (durationMs: number, memory: "kept" | "lost"): void => {
    if (memory === "lost") running.change(clearWorld);
    listener.startOutage(durationMs);
  };
  const tokens = createTokenEndpoint(tokenLifetimeSeconds);
  const adminActions = createAdminActions({ running, forwarder, tokens, startOutage });
  const isOwnRequest = createOwnHostCheck({ host, allowHosts });
  const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
    void route({ running, adminActions, isOwnRequest, tokens, timers, now, startOutage }, request, response);
  const listener = await listen({ host, port, timers, onRequest });
  for (const name of Object.keys(start.providers)) forwarder.wake(name);

  const origin = `http://${host.includes(":") ? `[${host}]` : host}:${listener.port}`;
  return {
    ...adminActions,
    url: `${origin}/suv/v1`,
    adminUrl: `${origin}/admin`,
    tokenUrl: `${origin}${TOKEN_PATH}`,
    resources: async () => ({ connections: await listener.connections(), timers: timers.pendingCount() }),
    async stop() {
      forwarder.stop();
      await listener.close();
      timers.stopAll();
    },
  };
}

interface AdminParts {
  readonly running: RunningSwitch;
  readonly forwarder: ProviderForwarder;
  readonly tokens: TokenEndpoint;
  readonly startOutage: (durationMs: number, memory: "kept" | "lost") => void;
}

function createAdminActions({ running, forwarder, tokens, startOutage }: AdminParts): AdminActions {
  return {
    world: running.world,
    setProvider(name, condition) {
      running.change((world) => setCondition(world, name, condition));
      forwarder.wake(name);
    },
    setProfile(name, profile) {
      running.change((world) => setProfile(world, name, profile));
      forwarder.wake(name);
    },
    setMessaging(user, messaging) {
      running.change((world) => withMessaging(world, user, messaging));
    },
    setFaults: running.setFaults,
    addFault: running.addFault,
    faults: (limit = DEFAULT_LIMIT) => running.faults(limit),
    requests: (limit = DEFAULT_LIMIT) => running.requests(limit),
    revokeTokens: () => tokens.revokeAll(),
    reset: () => running.reset(),
    restart: ({ memory = "kept", durationMs = 0 }) => startOutage(durationMs, memory),
  };
}

const DEFAULT_LIMIT = 1_000;

/** An hour, as most token servers have it. */
const DEFAULT_TOKEN_LIFETIME_S = 3_600;

function withMessaging(world: World, user: string, messaging: "dual" | "single"): World {
  const others = world.settings.singleMessagingUsers.filter((each) => each !== user);
  const singleMessagingUsers = messaging === "single" ? [...others, user] : others;
  return { ...world, settings: { ...world.settings, singleMessagingUsers } };
}
