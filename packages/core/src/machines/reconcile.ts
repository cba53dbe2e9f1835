import { err, ok, type Result } from "neverthrow";
import { sameJson } from "../json.ts";
import type { Reconcile, Refusal } from "../step.ts";
import type { ReconciliationItem } from "./finalization-state.ts";

/**
 * The items, with those settled that the operator names; all open ones if none is named. The same list if the same was said before. An
 * item that was settled otherwise is refused.
 */
export function settleItems(
  reconciliation: readonly ReconciliationItem[],
  { type, items, ...settled }: Reconcile,
): Result<readonly ReconciliationItem[], Refusal> {
  const numbers = items ?? openItems(reconciliation);
  for (const number of numbers) {
    const item = reconciliation[number - 1];
    if (item === undefined) return err({ type: "noSuchItem", item: number });
    if (item.settled !== undefined && !isSame(item.settled, settled))
      return err({ type: "contentDiffers", intent: type, decidedAt: item.settled.at });
  }
  const isNew = numbers.some((number) => reconciliation[number - 1]?.settled === undefined);
  if (!isNew) return ok(reconciliation);
  return ok(
    reconciliation.map((item, index) =>
      numbers.includes(index + 1) && item.settled === undefined ? { ...item, settled } : item,
    ),
  );
}

const openItems = (reconciliation: readonly ReconciliationItem[]): readonly number[] =>
  reconciliation.flatMap(({ settled }, index) => (settled === undefined ? [index + 1] : []));

type Settled = NonNullable<ReconciliationItem["settled"]>;

const isSame = ({ at: _at, ...before }: Settled, { at: _now, ...now }: Settled): boolean => sameJson(before, now);
