import { emptyMap, get, hashOf, type PersistentMap, set } from "../persistent-map.ts";
import type { Fault, FaultKind } from "./fault.ts";
import type { FaultPlan, RequestPredicate, RandomFaults, FaultRule, RequestAttributes } from "./plan.ts";

/** A plan under way: how often each rule has matched, and how often each message has come. */
export interface FaultPlanState {
  readonly plan: FaultPlan;
  /** One a rule, in the order of the rules. */
  readonly matched: readonly number[];
  readonly arrivals: PersistentMap<number>;
}

export interface FaultChoice {
  readonly faults: FaultPlanState;
  readonly fault?: Fault;
}

/** Repeats of messages older than this many messages draw their lots anew: a bound on what must be remembered. */
const MAX_ARRIVALS = 100_000;

export const startPlan = (plan: FaultPlan): FaultPlanState => ({
  plan,
  matched: (plan.rules ?? []).map(() => 0),
  arrivals: emptyMap,
});

/** Adds a rule behind the others, whose counts go on. */
export const addRule = (faults: FaultPlanState, rule: FaultRule): FaultPlanState => ({
  ...faults,
  plan: { ...faults.plan, rules: [...(faults.plan.rules ?? []), rule] },
  matched: [...faults.matched, 0],
});

/** What goes wrong with this request, if anything does. Pure: the same plan and requests give the same faults. */
export function chooseFault(faults: FaultPlanState, subject: RequestAttributes): FaultChoice {
  const { rules = [], random } = faults.plan;
  const matched = faults.matched.map((count, index) =>
    matchesRequest(rules[index]?.match, subject) ? count + 1 : count,
  );
  const rule = rules.find(({ match, times = 1 }, index) => {
    const nth = (matched[index] ?? 0) - (match?.nth ?? 1);
    return matched[index] !== faults.matched[index] && nth >= 0 && (times === "always" || nth < times);
  });
  if (rule !== undefined || random === undefined) {
    return { faults: { ...faults, matched }, ...(rule === undefined ? {} : { fault: rule.fault }) };
  }
  const key = `${subject.operation}/${subject.drawKey}`;
  const arrival = get(faults.arrivals, key) ?? 0;
  const known = faults.arrivals.size < MAX_ARRIVALS ? faults.arrivals : emptyMap;
  const drawn = drawFault(random, `${random.seed}/${key}/${arrival}`);
  return {
    faults: { ...faults, matched, arrivals: set(known, key, arrival + 1) },
    ...(drawn === undefined ? {} : { fault: drawn }),
  };
}

function matchesRequest(when: RequestPredicate = {}, subject: RequestAttributes): boolean {
  const { nth: _, ...wanted } = when;
  const { operation, terminalId, voucherCode, requestId } = wanted;
  return (
    (operation === undefined || operation === subject.operation) &&
    (terminalId === undefined || terminalId === subject.terminalId) &&
    (voucherCode === undefined || voucherCode === subject.voucherCode) &&
    (requestId === undefined || requestId.toLowerCase() === subject.requestId?.toLowerCase())
  );
}

function drawFault({ rates, delayMs = 1_000 }: RandomFaults, lot: string): Fault | undefined {
  let left = toFraction(`${lot}/kind`);
  for (const kind of kindsOf(rates)) {
    left -= rates[kind] ?? 0;
    if (left < 0) return createFault(kind, toFraction(`${lot}/detail`), delayMs);
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

/** A fault of each kind, its details drawn by `detail`, from 0 up to 1. */
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
