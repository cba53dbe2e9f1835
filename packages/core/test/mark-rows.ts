import { reconciles, reconcilesAll, reconcilesFirst } from "./event-groups.ts";
import type { Row } from "./specification.ts";

const payments = ["payment started", "payment started, another"] as const;

/** Where a machine's situations stand towards a payment. */
interface PaymentSituations<Situation extends string> {
  readonly unpaid: readonly Situation[];
  /** What an unpaid one becomes, in words. */
  readonly unpaidBecomes: string;
  readonly paying: readonly Situation[];
  readonly early: readonly Situation[];
  readonly confirmed: readonly Situation[];
  readonly reversedByTill: readonly Situation[];
  readonly reversedByProtocol: readonly Situation[];
}

/** The customer is about to pay. What is decided already stays decided. */
export const paymentRows = <Situation extends string>(
  situations: PaymentSituations<Situation>,
): readonly Row<Situation, (typeof payments)[number]>[] => [
  [situations.unpaid, payments, situations.unpaidBecomes],
  [situations.paying, "payment started", "accepted"],
  [situations.paying, "payment started, another", "refused: contentDiffers"],
  [situations.early, payments, "refused: wrongState"],
  [situations.confirmed, payments, "accepted"],
  [situations.reversedByTill, payments, "refused: reverse was decided by the till"],
  [situations.reversedByProtocol, payments, "refused: reverse was decided by the protocol"],
];

/** Where a machine's situations stand towards an operator. */
interface OperatorSituations<Situation extends string> {
  readonly every: readonly Situation[];
  readonly confirming: Situation;
  readonly confirmingHeld: Situation;
  /** The message that leaves when a held confirming is released, in words. */
  readonly confirmingUnheld: string;
  readonly reversing: readonly Situation[];
  readonly reversingHeld: Situation;
  readonly reversingUnheld: string;
  readonly endedWithoutItem: readonly Situation[];
  readonly withItem: Situation;
  readonly withSettledItem: Situation;
}

/**
 * An operator wants an advice not to be sent for now, and then sent after all. He settles reconciliation items once nothing more
 * can come of the transaction by itself.
 */
export const operatorRows = <Situation extends string>(
  situations: OperatorSituations<Situation>,
): readonly Row<Situation, "hold" | "unhold" | (typeof reconciles)[number]>[] => {
  const { every, confirming, confirmingHeld, reversingHeld, endedWithoutItem, withItem, withSettledItem } = situations;
  const reversing = situations.reversing.filter((each) => each !== reversingHeld);
  const pending = [confirming, confirmingHeld, reversingHeld, ...reversing];
  const settleable = [...endedWithoutItem, withItem, withSettledItem];
  return [
    [confirming, "hold", "confirming, held"],
    [reversing, "hold", "reversing, held"],
    [[confirmingHeld, reversingHeld], "hold", "accepted"],
    [confirmingHeld, "unhold", situations.confirmingUnheld],
    [reversingHeld, "unhold", situations.reversingUnheld],
    [[confirming, ...reversing], "unhold", "accepted"],
    [every.filter((each) => !pending.includes(each)), ["hold", "unhold"], "refused: wrongState"],

    [withItem, ["reconcile all", "reconcile the first"], "reversed, agrees"],
    [withItem, ["reconcile all otherwise", "reconcile the first otherwise"], "reversed, writtenOff"],
    [withSettledItem, [...reconcilesAll, "reconcile the first"], "accepted"],
    [withSettledItem, "reconcile the first otherwise", "refused: contentDiffers"],
    [endedWithoutItem, reconcilesAll, "accepted"],
    [endedWithoutItem, reconcilesFirst, "refused: noSuchItem"],
    [every.filter((each) => !settleable.includes(each)), reconciles, "refused: wrongState"],
  ];
};

/** What a machine's situations have to hand over. */
interface HandOverSituations<Situation extends string> {
  readonly every: readonly Situation[];
  readonly undecided: readonly Situation[];
  readonly undone: readonly Situation[];
}

/** The customer is handed what there is once the end is decided, and what is decided stands. */
export const handOverRows = <Situation extends string>({
  every,
  undecided,
  undone,
}: HandOverSituations<Situation>): readonly Row<Situation, "hand over" | "hand over a copy" | "printed">[] => {
  const handOvers = ["hand over", "hand over a copy"] as const;
  return [
    [undecided, handOvers, "refused: undecided"],
    [undone, handOvers, "refused: undone"],
    [every.filter((each) => !undecided.includes(each) && !undone.includes(each)), handOvers, "handed over"],
    [every, "printed", "refused: wrongState"],
  ];
};
