import type { Instant, Json } from "@electrum-vouchers/core";
import { addRule, chooseFault, type FaultPlanState, startPlan } from "../faults/choose-fault.ts";
import type { Fault, FaultKind } from "../faults/fault.ts";
import type { FaultPlan, FaultRule, RequestAttributes } from "../faults/plan.ts";
import { attributesOf } from "../faults/request-attributes.ts";
import { handle, type SwitchRequest } from "../switch/handle.ts";
import type { SwitchOperation } from "../switch/operations.ts";
import type { SwitchResponse } from "../switch/response.ts";
import { clearWorld, type World } from "../switch/world.ts";
import type { AcceptedRequest } from "./accepted-request.ts";
import { createSwitchEvents, type SwitchEvent } from "./switch-events.ts";
import { redactBody, redactTarget } from "./redact.ts";
import { createRingBuffer, type RingBuffer } from "./ring-buffer.ts";

/** One request in the request log, with secrets masked. */
export interface LogEntry {
  readonly at: Instant;
  readonly user: string;
  readonly method: string;
  readonly target: string;
  readonly operation?: SwitchOperation;
  readonly body: Json;
  readonly fault?: FaultKind;
  /** The response that was sent, perhaps in part; absent if none was. */
  readonly response?: { readonly status: number; readonly body: Json };
  readonly durationMs: number;
}

/** A fault that was injected. */
export interface InjectedFault {
  readonly at: Instant;
  readonly operation: SwitchOperation;
  /** The message's own id; a `lookupVoucher` has none. */
  readonly id?: string;
  readonly fault: Fault;
}

/** The fault plan in use, and the faults that it injected. */
export interface FaultsView {
  readonly plan: FaultPlan;
  /** How many requests each rule has matched, in the order of the rules. */
  readonly matched: readonly number[];
  readonly injected: {
    readonly total: number;
    readonly byKind: Readonly<Record<string, number>>;
    readonly latest: readonly InjectedFault[];
  };
}

export interface RequestsView {
  readonly total: number;
  readonly latest: readonly LogEntry[];
}

/** The running switch: the only place that changes the world, the fault plan and the request log. */
export interface RunningSwitch {
  readonly world: () => World;
  /** Replaces the world by `next(world)`. */
  readonly change: (next: (world: World) => World) => void;
  /** Chooses the fault of a request, if it gets one. */
  readonly accept: (request: SwitchRequest) => AcceptedRequest;
  readonly process: (request: SwitchRequest) => SwitchResponse;
  readonly log: (accepted: AcceptedRequest, response: SwitchResponse | undefined, at: Instant) => void;
  /** The last requests, oldest first. */
  readonly requests: (limit: number) => RequestsView;
  readonly setFaults: (plan: FaultPlan) => void;
  readonly addFault: (rule: FaultRule) => void;
  readonly faults: (limit: number) => FaultsView;
  /** Tells of what happens from now on. Returns what ends it; `undefined` if too many listen already. */
  readonly observe: (listener: (event: SwitchEvent) => void) => (() => void) | undefined;
  /** Forgets the world except its settings, the request log and the injected faults. The fault plan starts again. */
  readonly reset: () => void;
}

/** How many entries the request log and the list of injected faults keep. Older ones are only counted. */
const MAX_LOGGED = 1_000;

/** The same in characters, since each body may have 256 KiB. The usual ones have two kilobytes, so that all of them are kept. */
const MAX_LOGGED_CHARACTERS = 16 * 1024 * 1024;

interface LoggedExchange {
  readonly accepted: AcceptedRequest;
  readonly response: SwitchResponse | undefined;
  readonly at: Instant;
}

export interface SwitchListeners {
  /** Called with each provider for which an advice was queued. */
  readonly onQueued: (provider: string) => void;
  /** Called with each new world, before the response to the request that changed it is sent. */
  readonly onChange: (world: World) => void;
}

export function createRunningSwitch(
  start: World,
  plan: FaultPlan,
  { onQueued, onChange }: SwitchListeners,
): RunningSwitch {
  let world = start;
  let faults: FaultPlanState = startPlan(plan);
  const injected = createInjectedFaults();
  const logged = createRequestLog();
  const events = createSwitchEvents();

  function replaceWorld(next: World): void {
    if (next === world) return;
    const before = world;
    world = next;
    onChange(world);
    events.worldChanged(before, world);
  }

  function replaceFaults(next: FaultPlanState): void {
    faults = next;
    events.changed();
  }

  return {
    world: () => world,
    change: (next) => replaceWorld(next(world)),
    accept(request) {
      const attributes = attributesOf(world, request);
      if (attributes === undefined) return events.accepted({ request });
      const choice = chooseFault(faults, attributes);
      faults = choice.faults;
      const { fault } = choice;
      if (fault === undefined) return events.accepted({ request, attributes });
      injected.add(request.at, attributes, fault);
      return events.accepted({ request, attributes, fault });
    },
    process(request) {
      const result = handle(world, request);
      replaceWorld(result.world);
      for (const { provider } of result.forwards) onQueued(provider);
      return result.response;
    },
    log(accepted, response, at) {
      logged.add({ accepted, response, at });
      events.responded(accepted, response, at);
    },
    requests: (limit) => ({ total: logged.total(), latest: logged.latest(limit).map(toLogEntry) }),
    setFaults: (next) => replaceFaults(startPlan(next)),
    addFault: (rule) => replaceFaults(addRule(faults, rule)),
    faults: (limit) => ({ plan: faults.plan, matched: faults.matched, injected: injected.view(limit) }),
    observe: events.observe,
    reset() {
      replaceWorld(clearWorld(world));
      logged.clear();
      injected.clear();
      replaceFaults(startPlan(faults.plan));
    },
  };
}

interface InjectedFaults {
  add(at: Instant, attributes: RequestAttributes, fault: Fault): void;
  view(limit: number): FaultsView["injected"];
  clear(): void;
}

/** Keeps the last injected faults, and counts all by their kinds. */
function createInjectedFaults(): InjectedFaults {
  const latest = createRingBuffer<InjectedFault>({ maxItems: MAX_LOGGED });
  const countByKind = new Map<string, number>();
  return {
    add(at, { operation, id }, fault) {
      latest.add({ at, operation, ...(id === undefined ? {} : { id }), fault });
      countByKind.set(fault.kind, (countByKind.get(fault.kind) ?? 0) + 1);
    },
    view: (limit) => ({
      total: latest.total(),
      byKind: Object.fromEntries(countByKind),
      latest: latest.latest(limit),
    }),
    clear() {
      latest.clear();
      countByKind.clear();
    },
  };
}

const createRequestLog = (): RingBuffer<LoggedExchange> =>
  createRingBuffer({
    maxItems: MAX_LOGGED,
    maxSize: MAX_LOGGED_CHARACTERS,
    sizeOf: ({ accepted: { request }, response }) =>
      request.target.length + (request.body ?? "").length + (response?.body.length ?? 0),
  });

/** Secrets are masked only when the log is read: most requests are never read. */
const toLogEntry = ({ accepted: { request, attributes, fault }, response, at }: LoggedExchange): LogEntry => ({
  at: request.at,
  user: request.user,
  method: request.method,
  target: redactTarget(request.target),
  ...(attributes === undefined ? {} : { operation: attributes.operation }),
  body: redactBody(request.body ?? ""),
  ...(fault === undefined ? {} : { fault: fault.kind }),
  ...(response === undefined ? {} : { response: { status: response.status, body: redactBody(response.body) } }),
  durationMs: at - request.at,
});
