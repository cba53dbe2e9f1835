import type { Entry } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import { changesOf } from "../changes-of.ts";
import { policyOf } from "../messages/policies.ts";
import { provisionRequest, uuid } from "../messages/requests.ts";
import { NOW } from "./fixtures.ts";

const policy = policyOf({ retries: 0 });

/** The journal of the n-th sale: begun, then without a response so that its reversal is owed since now, then undone. */
const reversedSale = (n: number): readonly Entry[] => {
  const reversalId = uuid(n + 2_000);
  return [
    {
      type: "provisionStarted",
      start: {
        request: provisionRequest(uuid(n)),
        confirmationId: uuid(n + 1_000),
        reversalId,
        policy,
        correlation: `order ${n}`,
        at: NOW - policy.replyDeadlineMs,
      },
    },
    { type: "fact", fact: { type: "noResponse", attempt: 0, cause: "deadline", at: NOW } },
    {
      type: "fact",
      fact: {
        type: "adviceResponse",
        adviceId: reversalId,
        status: 200,
        body: JSON.stringify({ id: reversalId }),
        at: NOW,
      },
    },
  ];
};

/** How far a sale has come. */
export type SaleProgress = "requesting" | "reversing" | "reversed";

const STEPS: Readonly<Record<SaleProgress, number>> = { requesting: 1, reversing: 2, reversed: 3 };

/** The commits of the n-th sale up to a state. The columns of the last may contradict its record. */
export const saleUpTo = (n: number, state: SaleProgress, wrong: Partial<Change> = {}): readonly Change[] =>
  changesOf(reversedSale(n).slice(0, STEPS[state]), NOW).map((change) =>
    change.expectedVersion === STEPS[state] - 1 ? { ...change, ...wrong } : change,
  );

/** The last commit of the n-th sale up to a state. */
export function lastCommitOf(n: number, state: SaleProgress): Change {
  const last = saleUpTo(n, state).at(-1);
  if (last === undefined) throw new RangeError("a sale has a first commit");
  return last;
}
