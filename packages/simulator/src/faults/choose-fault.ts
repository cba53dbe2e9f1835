// Chooses the fault of each request. Pure: the same plan and the same requests, in the same order, give the same faults.
//
// Rules
// 1. The plan's rules come first, in order. Every rule counts each request that it matches, whether it applies or not. It applies
//    from its `nth` match on, for `times` matches. The first rule that applies is the only one.
// 2. If no rule applies, `random` may give a fault. The draw is a hash of the seed, the operation, the message's own id and how
//    often this message has come. So it does not depend on what other tills send meanwhile, and a repeat of a message gets a draw
//    of its own: a client that repeats for long enough gets through.
// 3. The rates are probabilities that add up to at most 1. The draw, from 0 up to 1, falls into the part of one kind, or into the
//    rest, which is no fault. The kinds have a fixed order, so that the order in a script does not matter. A second draw gives the
//    details, such as the status.
// 4. Memory is bounded. After `MAX_ARRIVALS` different messages the counts begin anew.
//
// What it does not know: what a fault does. `http/serve.ts` executes it.

import { emptyMap, get, hashOf, type PersistentMap, set } from "../persistent-map.ts";
import type { Fault, FaultKind } from "./fault.ts";
import type { FaultPlan, RequestPredicate, RandomFaults, FaultRule, RequestAttributes } from "./plan.ts";

/** A plan in use: how often each rule has matched, and how often each message has come. */
export interface FaultPlanState {
  readonly plan: FaultPlan;
  /** One count for each rule, in the order of the rules. */
  readonly matched: readonly number[];
  readonly arrivals: PersistentMap<number>;
}

export interface FaultChoice {
  readonly faults: FaultPlanState;
  readonly fault?: Fault;
}

/** The most messages whose arrivals are counted; it bounds the memory. */
const MAX_ARRIVALS = 100_000;

export const startPlan = (plan: FaultPlan): FaultPlanState => ({
  plan,
  matched: (plan.rules ?? []).map(() => 0),
  arrivals: emptyMap,
});

/** Adds a rule after the others, whose counts stay. */
export const addRule = (faults: FaultPlanState, rule: FaultRule): FaultPlanState => ({
  ...faults,
  plan: { ...faults.plan, rules: [...(faults.plan.rules ?? []), rule] },
  matched: [...faults.matched, 0],
});

/** The fault of this request, if it gets one, and the next state of the plan. */
export function chooseFault(faults: FaultPlanState, request: RequestAttributes): FaultChoice {
  const { rules = [], random } = faults.plan;
  const matched = faults.matched.map((count, index) =>
    matchesRequest(rules[index]?.match, request) ? count + 1 : count,
  );
  const rule = rules.find(({ match, times = 1 }, index) => {
    const nth = (matched[index] ?? 0) - (match?.nth ?? 1);
    return matched[index] !== faults.matched[index] && nth >= 0 && (times === "always" || nth < times);
  });
  if (rule !== undefined || random === undefined) {
    return { faults: { ...faults, matched }, ...(rule === undefined ? {} : { fault: rule.fault }) };
  }
  const key = `${request.operation}/${request.drawKey}`;
  const arrival = get(faults.arrivals, key) ?? 0;
  const known = faults.arrivals.size < MAX_ARRIVALS ? faults.arrivals : emptyMap;
  const drawn = drawFault(random, `${random.seed}/${key}/${arrival}`);
  return {
    faults: { ...faults, matched, arrivals: set(known, key, arrival + 1) },
    ...(drawn === undefined ? {} : { fault: drawn }),
  };
}

function matchesRequest(when: RequestPredicate = {}, request: RequestAttributes): boolean {
  const { nth: _, ...wanted } = when;
  const { operation, terminalId, voucherCode, requestId, messageId, client, provider, share } = wanted;
  return (
    (operation === undefined || operation === request.operation) &&
    (terminalId === undefined || terminalId === request.terminalId) &&
    (voucherCode === undefined || voucherCode === request.voucherCode) &&
    (requestId === undefined || requestId.toLowerCase() === request.requestId?.toLowerCase()) &&
    (messageId === undefined || messageId.toLowerCase() === request.id?.toLowerCase()) &&
    (client === undefined || client === request.client) &&
    (provider === undefined || provider === request.provider) &&
    (share === undefined || toFraction(`${request.requestId?.toLowerCase() ?? request.drawKey}/share`) < share)
  );
}

function drawFault({ rates, delayMs = 1_000 }: RandomFaults, drawId: string): Fault | undefined {
  let left = toFraction(`${drawId}/kind`);
  for (const kind of kindsOf(rates)) {
    left -= rates[kind] ?? 0;
    if (left < 0) return createFault(kind, toFraction(`${drawId}/detail`), delayMs);
  }
  return undefined;
}

const kindsOf = (rates: RandomFaults["rates"]): readonly FaultKind[] => {
  const kinds = Object.keys(faultFactories);
  return kinds.filter((kind): kind is FaultKind => Object.hasOwn(rates, kind));
};

type HardError = readonly [status: number, errorType: string];

const hardStatuses = [500, 502, 503, 504, 429] as const;
const hardErrors: readonly [HardError, ...HardError[]] = [
  [503, "UPSTREAM_UNAVAILABLE"],
  [504, "UPSTREAM_UNAVAILABLE"],
  [500, "GENERAL_ERROR"],
  [400, "VOUCHER_STATUS_UNKNOWN"],
];

/** Creates a fault of each kind. `detail`, from 0 up to 1, draws its details. */
const faultFactories: { readonly [Kind in FaultKind]: (detail: number, delayMs: number) => Fault } = {
  refused: (_, durationMs) => ({ kind: "refused", durationMs }),
  reset: (detail) => ({ kind: "reset", processed: detail < 0.5 }),
  noResponse: (detail) => ({ kind: "noResponse", processed: detail < 0.5 }),
  delayed: (_, delayMs) => ({ kind: "delayed", delayMs }),
  duplicate: () => ({ kind: "duplicate" }),
  slowHeaders: (_, delayMs) => ({ kind: "slowHeaders", delayMs }),
  slowBody: (_, delayMs) => ({ kind: "slowBody", delayMs }),
  truncatedBody: () => ({ kind: "truncatedBody" }),
  wrongContentType: () => ({ kind: "wrongContentType", contentType: "text/html" }),
  notJson: () => ({ kind: "notJson" }),
  emptyBody: () => ({ kind: "emptyBody" }),
  wrongId: () => ({ kind: "wrongId" }),
  status: (detail) => ({
    kind: "status",
    status: pickFrom(hardStatuses, detail),
    processed: (detail * 100) % 1 < 0.5,
  }),
  error: (detail) => {
    const [status, errorType] = pickFrom(hardErrors, detail);
    return { kind: "error", status, errorType, processed: (detail * 100) % 1 < 0.5 };
  },
  restart: (_, durationMs) => ({ kind: "restart", memory: "kept", durationMs }),
  emulateTestServer: () => ({ kind: "emulateTestServer" }),
};

const createFault = (kind: FaultKind, detail: number, delayMs: number): Fault => faultFactories[kind](detail, delayMs);

const pickFrom = <Item>(items: readonly [Item, ...Item[]], detail: number): Item =>
  items[Math.floor(detail * items.length)] ?? items[0];

const toFraction = (text: string): number => hashOf(text) / 2 ** 32;
