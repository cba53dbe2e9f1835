// Several processes start refunds of one redemption at the same time. Every order of their steps is tried: each looks, takes a number, and is
// refused or begins; each refund that has begun is approved, declined or reversed at any later moment. The rule is the core's
// (`refundable.ts`); the loop and the store are written a second time here.

import {
  isFinal,
  observe,
  type Refund,
  type RefundRequest,
  startRefund,
  type Transaction,
} from "@electrum-vouchers/core";
import { cents, policyOf, refundRequest, uuid } from "@electrum-vouchers/testkit";

/** What the exploration takes from the core, so that a defect can be planted. */
export interface RefundRules {
  check(redeemed: Transaction, earlier: readonly Refund[], request: RefundRequest): boolean;
  /** Whether a refund holds its number. */
  holds(refund: Refund): boolean;
  /** The number to take, having seen these. */
  next(earlier: readonly Refund[]): number;
  /** Whether a refund that holds a number may be passed over. */
  passes(holder: Refund): boolean;
}

/** One process that wants one refund. */
interface Process {
  /** Places of the refunds that it has seen. */
  readonly seen: readonly number[];
  readonly doing: "looking" | "committing" | "refused" | "started";
}

interface Situation {
  readonly processes: readonly Process[];
  /** The refund of each process, once it has begun. */
  readonly refunds: readonly (Refund | undefined)[];
  /** The place of the refund that holds each number. */
  readonly numbers: Readonly<Record<number, number>>;
}

export interface RefundExploration {
  readonly situations: number;
  /** What is broken, in whatever order. */
  readonly violations: ReadonlySet<"twoOpen" | "tooMuch">;
  /** How much was refunded in the end, in each order. */
  readonly sums: ReadonlySet<number>;
}

/** Tries every order in which refunds of these amounts can go, of a redemption that is worth `redeemedCents`. */
export function exploreRefunds(
  redeemed: Transaction,
  redeemedCents: number,
  amounts: readonly number[],
  rules: RefundRules,
): RefundExploration {
  const requests = amounts.map((amount, place) =>
    refundRequest(uuid(place + 2), redeemed.id, { amounts: { requestAmount: cents(amount) } }),
  );
  const seen = new Set<string>();
  const violations = new Set<"twoOpen" | "tooMuch">();
  const sums = new Set<number>();
  const open: Situation[] = [
    {
      processes: requests.map(() => ({ seen: [], doing: "looking" })),
      refunds: requests.map(() => undefined),
      numbers: {},
    },
  ];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    const begun = current.refunds.filter((refund) => refund !== undefined);
    const counting = begun.filter(({ state }) => state !== "declined" && state !== "reversed");
    const sum = counting.reduce((total, { start }) => total + (start.request.amounts?.requestAmount?.amount ?? 0), 0);
    if (counting.filter((refund) => !isFinal(refund)).length > 1) violations.add("twoOpen");
    if (sum > redeemedCents) violations.add("tooMuch");
    const nexts = nextSituations(current, redeemed, requests, rules);
    if (nexts.length === 0) sums.add(sum);
    for (const next of nexts) {
      const key = JSON.stringify([next.processes, next.refunds.map((refund) => refund?.state), next.numbers]);
      if (!seen.has(key)) open.push(next);
      seen.add(key);
    }
  }
  return { situations: seen.size, violations, sums };
}

const nextSituations = (
  current: Situation,
  redeemed: Transaction,
  requests: readonly RefundRequest[],
  rules: RefundRules,
): readonly Situation[] =>
  requests.flatMap((request, place) => [
    ...stepOfProcess(current, place, redeemed, request, rules),
    ...endsOf(current.refunds[place]).map((ended) => withRefund(current, place, ended, rules)),
  ]);

function stepOfProcess(
  current: Situation,
  place: number,
  redeemed: Transaction,
  request: RefundRequest,
  rules: RefundRules,
): readonly Situation[] {
  const process = current.processes[place];
  if (process === undefined || process.doing === "refused" || process.doing === "started") return [];
  const earlier = process.seen.flatMap((each) => current.refunds[each] ?? []);
  if (process.doing === "looking")
    return [
      withProcess(current, place, {
        ...process,
        doing: rules.check(redeemed, earlier, request) ? "committing" : "refused",
      }),
    ];
  const number = rules.next(earlier);
  const holder = current.numbers[number];
  const held = holder === undefined ? undefined : current.refunds[holder];
  if (holder === undefined || held === undefined) {
    const begun = withProcess(current, place, { ...process, doing: "started" });
    const numbers = { ...current.numbers, [number]: place };
    return [withRefund({ ...begun, numbers }, place, begin(request), rules)];
  }
  return [
    withProcess(
      current,
      place,
      rules.passes(held) ? { seen: [...process.seen, holder], doing: "looking" } : { ...process, doing: "refused" },
    ),
  ];
}

const withProcess = (current: Situation, place: number, process: Process): Situation => ({
  ...current,
  processes: current.processes.with(place, process),
});

/** The refund's next state. If that gives its number back, so does the store. */
function withRefund(current: Situation, place: number, refund: Refund, { holds }: RefundRules): Situation {
  const kept = Object.entries(current.numbers).filter(([, holder]) => holder !== place || holds(refund));
  return { ...current, refunds: current.refunds.with(place, refund), numbers: Object.fromEntries(kept) };
}

const AT = 0;

const begin = (request: RefundRequest): Refund =>
  startRefund({
    request,
    confirmationId: uuid(0xc),
    reversalId: uuid(0xe),
    policy: policyOf({ messaging: "single" }),
    at: AT,
  })._unsafeUnwrap().transaction;

/** What can become of a refund next: approved or declined, or not answered and then reversed. */
function endsOf(refund: Refund | undefined): readonly Refund[] {
  if (refund === undefined) return [];
  const fact = { type: "response", attempt: 0, at: AT } as const;
  switch (refund.state) {
    case "requesting":
      return [
        observe(refund, { ...fact, status: 201, body: JSON.stringify({ id: refund.id }) }),
        observe(refund, {
          ...fact,
          status: 400,
          body: JSON.stringify({ id: refund.id, errorType: "TRANSACTION_DECLINED" }),
        }),
        observe(refund, { type: "noResponse", attempt: 0, cause: "deadline", at: AT }),
      ].map(({ transaction }) => transaction);
    case "reversing": {
      const { id } = refund.advice.message;
      return [
        observe(refund, { type: "adviceResponse", adviceId: id, status: 202, body: JSON.stringify({ id }), at: AT })
          .transaction,
      ];
    }
    default:
      return [];
  }
}
