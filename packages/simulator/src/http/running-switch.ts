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

/** One request as the log keeps it, secrets masked. */
export interface LogEntry {
  readonly at: Instant;
  readonly user: string;
  readonly method: string;
  readonly target: string;
  readonly operation?: SwitchOperation;
  readonly body: Json;
  readonly fault?: FaultKind;
  /** What was answered, or meant to be; absent where nothing was. */
  readonly response?: { readonly status: number; readonly body: Json };
  readonly durationMs: number;
}

/** A fault that happened. */
export interface InjectedFault {
  readonly at: Instant;
  readonly operation: SwitchOperation;
  /** The message's own id; a lookup of a voucher has none. */
  readonly id?: string;
  readonly fault: Fault;
}

/** What the faults under way look like from outside. */
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

/** A request whose fault, if any, is settled. */
export interface AcceptedRequest {
  readonly request: SwitchRequest;
  readonly attributes?: RequestAttributes;
  readonly fault?: Fault;
}

/** A world that goes on: the one place where it changes, with its faults and its log. */
export interface RunningSwitch {
  readonly world: () => World;
  /** Replaces the world by what `next` makes of it. */
  readonly change: (next: (world: World) => World) => void;
  /** Decides what goes wrong with a request. */
  readonly accept: (request: SwitchRequest) => AcceptedRequest;
  readonly process: (request: SwitchRequest) => SwitchResponse;
  readonly log: (accepted: AcceptedRequest, answer: SwitchResponse | undefined, at: Instant) => void;
  /** The last requests, oldest first. */
  readonly requests: (limit: number) => RequestsView;
  readonly setFaults: (plan: FaultPlan) => void;
  readonly addFault: (rule: FaultRule) => void;
  readonly faults: (limit: number) => FaultsView;
  /** Forgets the world but for its settings, the log and the faults that fired; the fault plan starts anew. */
  readonly reset: () => void;
}

/** The request log and the list of faults that fired keep this many; older ones are only counted. */
const MAX_LOGGED = 1_000;

interface LoggedExchange {
  readonly accepted: AcceptedRequest;
  readonly response: SwitchResponse | undefined;
  readonly at: Instant;
}

export interface SwitchListeners {
  /** Hears of each provider for which an advice was queued. */
  readonly onQueued: (provider: ProviderName) => void;
  /** Hears of each new world, before what made it is answered. */
  readonly onChange: (world: World) => void;
}

export function createRunningSwitch(
  start: World,
  plan: FaultPlan,
  { onQueued, onChange }: SwitchListeners,
): RunningSwitch {
  let world = start;
  let faults: FaultPlanState = startPlan(plan);
  let firedByKind = new Map<string, number>();
  const fired = createRingBuffer<InjectedFault>(MAX_LOGGED);
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
      const chosen = chooseFault(faults, attributes);
      faults = chosen.faults;
      const { fault } = chosen;
      if (fault === undefined) return { request, attributes };
      const { operation, id } = attributes;
      fired.add({ at: request.at, operation, ...(id === undefined ? {} : { id }), fault });
      firedByKind.set(fault.kind, (firedByKind.get(fault.kind) ?? 0) + 1);
      return { request, attributes, fault };
    },
    process(request) {
      const handled = handle(world, request);
      replaceWorld(handled.world);
      for (const { provider } of handled.forwards) onQueued(provider);
      return handled.response;
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
      injected: { total: fired.total(), byKind: Object.fromEntries(firedByKind), latest: fired.latest(limit) },
    }),
    reset() {
      replaceWorld(clearWorld(world));
      faults = startPlan(faults.plan);
      logged.clear();
      fired.clear();
      firedByKind = new Map();
    },
  };
}

/** Masked when it is read: most requests are never looked at. */
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
