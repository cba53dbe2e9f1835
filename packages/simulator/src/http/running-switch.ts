import type { Instant, Json } from "@electrum-vouchers/core";
import { addRule, chooseFault, type Faults, startFaults } from "../faults/choose.ts";
import type { Fault, FaultKind } from "../faults/fault.ts";
import type { FaultPlan, Rule, Subject } from "../faults/plan.ts";
import { subjectOf } from "../faults/subject.ts";
import { handle, type SwitchRequest } from "../switch/handle.ts";
import type { Operation } from "../switch/operations.ts";
import type { SwitchResponse } from "../switch/response.ts";
import { forget, type World } from "../switch/world.ts";
import type { ProviderName } from "../switch/provider-profiles.ts";
import { maskBody, maskTarget } from "./mask.ts";
import { createRing } from "./ring.ts";

/** One request as the log keeps it, secrets masked. */
export interface LogEntry {
  readonly at: Instant;
  readonly user: string;
  readonly method: string;
  readonly target: string;
  readonly operation?: Operation;
  readonly body: Json;
  readonly fault?: FaultKind;
  /** What was answered, or meant to be; absent where nothing was. */
  readonly answer?: { readonly status: number; readonly body: Json };
  readonly tookMs: number;
}

/** A fault that happened. */
export interface FiredFault {
  readonly at: Instant;
  readonly operation: Operation;
  /** The message's own id; a lookup of a voucher has none. */
  readonly id?: string;
  readonly fault: Fault;
}

/** What the faults under way look like from outside. */
export interface FaultsView {
  readonly plan: FaultPlan;
  /** How many requests each rule has matched, in the order of the rules. */
  readonly matched: readonly number[];
  readonly fired: {
    readonly total: number;
    readonly byKind: Readonly<Record<string, number>>;
    readonly latest: readonly FiredFault[];
  };
}

export interface RequestsView {
  readonly total: number;
  readonly latest: readonly LogEntry[];
}

/** A request whose fault, if any, is settled. */
export interface Accepted {
  readonly request: SwitchRequest;
  readonly subject?: Subject;
  readonly fault?: Fault;
}

/** A world that goes on: the one place where it changes, with its faults and its log. */
export interface RunningSwitch {
  readonly world: () => World;
  /** Replaces the world by what `next` makes of it. */
  readonly change: (next: (world: World) => World) => void;
  /** Decides what goes wrong with a request. */
  readonly accept: (request: SwitchRequest) => Accepted;
  readonly process: (request: SwitchRequest) => SwitchResponse;
  readonly log: (accepted: Accepted, answer: SwitchResponse | undefined, at: Instant) => void;
  /** The last requests, oldest first. */
  readonly requests: (limit: number) => RequestsView;
  readonly setFaults: (plan: FaultPlan) => void;
  readonly addFault: (rule: Rule) => void;
  readonly faults: (limit: number) => FaultsView;
  /** Forgets the world but for its settings, the log and the faults that fired; the fault plan starts anew. */
  readonly reset: () => void;
}

/** The request log and the list of faults that fired keep this many; older ones are only counted. */
const MAX_LOGGED = 1_000;

interface Logged {
  readonly accepted: Accepted;
  readonly answer: SwitchResponse | undefined;
  readonly at: Instant;
}

export interface Listeners {
  /** Hears of each provider for which an advice was queued. */
  readonly onQueued: (provider: ProviderName) => void;
  /** Hears of each new world, before what made it is answered. */
  readonly onChange: (world: World) => void;
}

export function createRunningSwitch(start: World, plan: FaultPlan, { onQueued, onChange }: Listeners): RunningSwitch {
  let world = start;
  let faults: Faults = startFaults(plan);
  let firedByKind = new Map<string, number>();
  const fired = createRing<FiredFault>(MAX_LOGGED);
  const logged = createRing<Logged>(MAX_LOGGED);

  function become(next: World): void {
    if (next === world) return;
    world = next;
    onChange(world);
  }

  return {
    world: () => world,
    change: (next) => become(next(world)),
    accept(request) {
      const subject = subjectOf(world, request);
      if (subject === undefined) return { request };
      const chosen = chooseFault(faults, subject);
      faults = chosen.faults;
      const { fault } = chosen;
      if (fault === undefined) return { request, subject };
      const { operation, id } = subject;
      fired.add({ at: request.at, operation, ...(id === undefined ? {} : { id }), fault });
      firedByKind.set(fault.kind, (firedByKind.get(fault.kind) ?? 0) + 1);
      return { request, subject, fault };
    },
    process(request) {
      const handled = handle(world, request);
      become(handled.world);
      for (const { provider } of handled.forwards) onQueued(provider);
      return handled.response;
    },
    log(accepted, answer, at) {
      logged.add({ accepted, answer, at });
    },
    requests: (limit) => ({ total: logged.total(), latest: logged.latest(limit).map(entryOf) }),
    setFaults(next) {
      faults = startFaults(next);
    },
    addFault(rule) {
      faults = addRule(faults, rule);
    },
    faults: (limit) => ({
      plan: faults.plan,
      matched: faults.matched,
      fired: { total: fired.total(), byKind: Object.fromEntries(firedByKind), latest: fired.latest(limit) },
    }),
    reset() {
      become(forget(world));
      faults = startFaults(faults.plan);
      logged.clear();
      fired.clear();
      firedByKind = new Map();
    },
  };
}

/** Masked when it is read: most requests are never looked at. */
const entryOf = ({ accepted: { request, subject, fault }, answer, at }: Logged): LogEntry => ({
  at: request.at,
  user: request.user,
  method: request.method,
  target: maskTarget(request.target),
  ...(subject === undefined ? {} : { operation: subject.operation }),
  body: maskBody(request.body ?? ""),
  ...(fault === undefined ? {} : { fault: fault.kind }),
  ...(answer === undefined ? {} : { answer: { status: answer.status, body: maskBody(answer.body) } }),
  tookMs: at - request.at,
});
