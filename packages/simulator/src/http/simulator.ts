import type { IncomingMessage, ServerResponse } from "node:http";
import type { FaultPlan } from "../faults/plan.ts";
import { setCondition } from "../switch/providers.ts";
import { type ProviderName, providerNames } from "../switch/provider-profiles.ts";
import { createWorld, clearWorld, type WorldSettings, type World } from "../switch/world.ts";
import type { AdminActions } from "./admin-actions.ts";
import { createProviderForwarder } from "./provider-forwarder.ts";
import { listen } from "./listener.ts";
import { route } from "./route.ts";
import { createRunningSwitch } from "./running-switch.ts";
import { createTimers } from "./timers.ts";

export interface SimulatorOptions extends Partial<WorldSettings> {
  /** The world to start with, from an earlier simulator. Settings given here replace the world's own. Default: an empty world. */
  readonly world?: World;
  /** Called with each new world, before the response to the request that changed it. A world is plain JSON, to store for a later start. */
  readonly onChange?: (world: World) => void;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. With another address, other machines can reach the API and also the administration. */
  readonly host?: string;
  /** Default: no faults. */
  readonly faults?: FaultPlan;
  /** How long to wait before the queue of a provider that is down is tried again, in milliseconds. Default 500. */
  readonly forwardRepeatMs?: number;
}

/** A running simulator. */
export interface Simulator extends AdminActions {
  /** The base URL of the API, with `/suv/v1`. */
  readonly url: string;
  readonly adminUrl: string;
  /** Open connections and pending timers. After `stop`, both are 0. */
  resources(): Promise<{ readonly connections: number; readonly timers: number }>;
  /** Closes every connection and timer. */
  stop(): Promise<void>;
}

/**
 * Starts a simulator: an Electrum switch and its providers, over HTTP. Rejects if the port is in use.
 *
 * @example
 * const simulator = await startSimulator({ faults: { rules: [{ fault: { kind: "reset", processed: true } }] } });
 * // … point a till at simulator.url …
 * await simulator.stop();
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const {
    port = 0,
    host = "127.0.0.1",
    faults = {},
    forwardRepeatMs = 500,
    world,
    onChange = () => {},
    ...settings
  } = options;
  const timers = createTimers();
  const now = Date.now;
  const start = world === undefined ? createWorld(settings) : withSettings(world, settings);
  const onQueued = (provider: ProviderName): void => forwarder.wake(provider);
  const running = createRunningSwitch(start, faults, { onQueued, onChange });
  const forwarder = createProviderForwarder({ running, now, timers, repeatMs: forwardRepeatMs });

  const startOutage = (durationMs: number, memory: "kept" | "lost"): void => {
    if (memory === "lost") running.change(clearWorld);
    listener.startOutage(durationMs);
  };
  const adminActions: AdminActions = {
    world: running.world,
    setProvider(name, condition) {
      running.change((world) => setCondition(world, name, condition));
      forwarder.wake(name);
    },
    setMessaging(user, messaging) {
      running.change((world) => withMessaging(world, user, messaging));
    },
    setFaults: running.setFaults,
    addFault: running.addFault,
    faults: (limit = DEFAULT_LIMIT) => running.faults(limit),
    requests: (limit = DEFAULT_LIMIT) => running.requests(limit),
    reset: () => running.reset(),
    restart: ({ memory = "kept", durationMs = 0 }) => startOutage(durationMs, memory),
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
    void route({ running, adminActions, timers, now, startOutage }, request, response);
  const listener = await listen({ host, port, timers, onRequest });
  for (const name of providerNames) forwarder.wake(name);

  const origin = `http://${host.includes(":") ? `[${host}]` : host}:${listener.port}`;
  return {
    ...adminActions,
    url: `${origin}/suv/v1`,
    adminUrl: `${origin}/admin`,
    resources: async () => ({ connections: await listener.connections(), timers: timers.pendingCount() }),
    async stop() {
      forwarder.stop();
      await listener.close();
      timers.stopAll();
    },
  };
}

const withSettings = (world: World, settings: Partial<WorldSettings>): World => ({
  ...world,
  settings: { ...world.settings, ...settings },
});

const DEFAULT_LIMIT = 1_000;

function withMessaging(world: World, user: string, messaging: "dual" | "single"): World {
  const others = world.settings.singleMessagingUsers.filter((each) => each !== user);
  const singleMessagingUsers = messaging === "single" ? [...others, user] : others;
  return { ...world, settings: { ...world.settings, singleMessagingUsers } };
}
