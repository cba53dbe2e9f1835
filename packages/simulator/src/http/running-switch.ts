import type { Instant, Json } from "@electrum-vouchers/core";
import { addRule, chooseFault, type FaultPlanState, startPlan } from "../faults/choose-fault.ts";
import type { Fault, FaultKind } from "../faults/fault.ts";
import type { FaultPlan, FaultRule, RequestAttributes } from "../faults/plan.ts";
import { attributesOf } from "../faults/request-attributes.ts";
import { handle, type SwitchRequest } from "../switch/handle.ts";
import type { SwitchOperation } from "../switch/operations.ts";
import type { SwitchResponse } from "../switch/response.ts";
import { clearWorld, type World } from "../switch/world.ts";
import type { ProviderName } from "../switch/provider-profiles.ts";
import { redactBody, redactTarget } from "./redact.ts";
import { createRingBuffer } from "./ring-buffer.ts";

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

/** A request, and the fault that was chosen for it, if any. */
export interface AcceptedRequest {
  readonly request: SwitchRequest;
  readonly attributes?: RequestAttributes;
  readonly fault?: Fault;
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
  /** Forgets the world except its settings, the request log and the injected faults. The fault plan starts again. */
  readonly reset: () => void;
}

/** How many entries the request log and the list of injected faults keep. Older ones are only counted. */
const MAX_LOGGED = 1_000;

interface LoggedExchange {
  readonly accepted: AcceptedRequest;
  readonly response: SwitchResponse | undefined;
  readonly at: Instant;
}

export interface SwitchListeners {
  /** Called with each provider for which an advice was queued. */
  readonly onQueued: (provider: ProviderName) => void;
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
  let injectedByKind = new Map<string, number>();
  const injected = createRingBuffer<InjectedFault>(MAX_LOGGED);
  const logged = createRingBuffer<LoggedExchange>(MAX_LOGGED);

  function replaceWorld(next: World): void {
    if (next === world) return;
    world = next;
    onChange(world);
  }

  return {
    world: () => world,
    change: (next) => replaceWorld(next(world)),
    accept(request) {
      const attributes = attributesOf(world, request);
      if (attributes === undefined) return { request };
      const choice = chooseFault(faults, attributes);
      faults = choice.faults;
      const { fault } = choice;
      if (fault === undefined) return { request, attributes };
      const { operation, id } = attributes;
      injected.add({ at: request.at, operation, ...(id === undefined ? {} : { id }), fault });
      injectedByKind.set(fault.kind, (injectedByKind.get(fault.kind) ?? 0) + 1);
      return { request, attributes, fault };
    },
    process(request) {
      const result = handle(world, request);
      replaceWorld(result.world);
      for (const { provider } of result.forwards) onQueued(provider);
      return result.response;
    },
    log(accepted, response, at) {
      logged.add({ accepted, response, at });
    },
    requests: (limit) => ({ total: logged.total(), latest: logged.latest(limit).map(toLogEntry) }),
    setFaults(next) {
      faults = startPlan(next);
    },
    addFault(rule) {
      faults = addRule(faults, rule);
    },
    faults: (limit) => ({
      plan: faults.plan,
      matched: faults.matched,
      injected: { total: injected.total(), byKind: Object.fromEntries(injectedByKind), latest: injected.latest(limit) },
    }),
    reset() {
      replaceWorld(clearWorld(world));
      faults = startPlan(faults.plan);
      logged.clear();
      injected.clear();
      injectedByKind = new Map();
    },
  };
}

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
