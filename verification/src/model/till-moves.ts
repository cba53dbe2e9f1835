import { canHandOver } from "@electrum-vouchers/core";
import { NONE, transactionOf, versionOf } from "./activity.ts";
import { brokenByAdvice, brokenByRequest } from "./guards.ts";
import { memoize } from "./intern.ts";
import type { Invariant } from "./invariants.ts";
import { ascending, type Network, withMessage } from "./network.ts";
import type { Space } from "./space.ts";
import type { Ghosts, State } from "./state.ts";
import { later } from "./time.ts";
import { createTillSteps, type TillStep } from "./till-steps.ts";
import type { Transition } from "./transition.ts";

/** Everything that the till's processes can do in a state. */
export type TillMoves = (state: State) => readonly Transition[];

/** `isHopeless`: whether no answer can come any more to an activity that waits for one. */
export function createTillMoves(space: Space, isHopeless: (state: State, activity: number) => boolean): TillMoves {
  const { transactions, activities, messages, networks, ghosts } = space;
  const steps = createTillSteps(space);
  const canBeHandedOver = memoize((record: number) => canHandOver(transactions.valueOf(record)));
  const known = memoize((activity: number) => transactions.idOf(later(transactionOf(activities.valueOf(activity)), 0)));

  /** What a till has read before somebody else committed. */
  const outdated = (activity: number): number => (activity === 0 ? 0 : steps.outdated(activity));

  /** The state after a step of one activity; 0 is one that only begins, and may have ended at once. */
  function after(state: State, activity: number, step: TillStep): Transition {
    const broken = step.broken ?? brokenBySending(state, activity === 0 ? step.activity : activity, step);
    return {
      kind: kindOf(state, activity, step),
      say: () => step.line,
      next: {
        world: state.world,
        record: step.record ?? state.record,
        network: networkAfter(state, step),
        ghosts: ghostsAfter(state, step),
        activities: activitiesAfter(state, activity, step),
      },
      ...(step.again === undefined ? {} : { again: true }),
      ...(broken === undefined ? {} : { broken }),
    };
  }

  function activitiesAfter({ activities: all }: State, activity: number, step: TillStep): readonly number[] {
    const others = activity === step.activity ? all : all.toSpliced(all.indexOf(activity), 1);
    const left = step.record === undefined ? others : others.map(outdated);
    return (activity === step.activity ? left : [...left, step.activity]).toSorted(ascending);
  }

  /** To give up waiting is a fault as long as an answer can come. */
  function kindOf(state: State, activity: number, { kind }: TillStep): Transition["kind"] {
    if (kind !== "silence") return kind;
    return isHopeless(state, activity) ? "ordinary" : "fault";
  }

  function networkAfter({ network }: State, { sends, hears }: TillStep): number {
    if (sends === undefined && hears === undefined) return network;
    const before = networks.valueOf(network);
    return networks.idOf(sends === undefined ? withAnswered(before, hears ?? 0) : withMessage(before, sends));
  }

  /** What is still under way of an attempt that was answered is not the till's any more: somebody else has copied it. */
  const withAnswered = (network: Network, attempt: number): Network => {
    const copies = network.map((id) => {
      const message = messages.valueOf(id);
      return message.type === "request" && message.attempt === attempt
        ? messages.idOf({ ...message, isRepeat: true })
        : id;
    });
    return [...new Set(copies)].toSorted(ascending);
  };

  function ghostsAfter(state: State, step: TillStep): number {
    const { sends, again, handsOver, record } = step;
    const before = ghosts.valueOf(state.ghosts);
    const isHandedOver = handsOver || (record !== undefined && canBeHandedOver(record));
    if (sends === undefined && again !== "lookUp" && (before.handedOver || !isHandedOver)) return state.ghosts;
    return ghosts.idOf({
      ...before,
      ...(sends === undefined ? {} : sent(before, sends)),
      handedOver: before.handedOver || isHandedOver,
      lookedUpAgain: before.lookedUpAgain || again === "lookUp",
    });
  }

  function sent({ attemptSent }: Ghosts, id: number): Partial<Ghosts> {
    const message = messages.valueOf(id);
    return message.type === "request"
      ? { attemptSent: Math.max(attemptSent, message.attempt) }
      : { adviceSent: message.outgoing };
  }

  function brokenBySending(state: State, sender: number, { sends }: TillStep): Invariant | undefined {
    if (sends === undefined) return undefined;
    const message = messages.valueOf(sends);
    const before = ghosts.valueOf(state.ghosts);
    const underWay = networks.valueOf(state.network).map((id) => messages.valueOf(id));
    if (message.type === "advice") return brokenByAdvice(message, before, underWay);
    const activity = activities.valueOf(sender);
    // What was overtaken by another step is no longer to be seen in the outbox, but something is.
    const isStored = versionOf(activity) === NONE ? state.record !== 0 : state.record === known(sender);
    return brokenByRequest(message, activity, isStored, before);
  }

  /** A second start is another one only beside the first; and a till looks up again what was not found, but once. */
  const mayBegin = (state: State, { again }: TillStep, index: number): boolean =>
    state.record === 0
      ? index === state.activities.filter((each) => each !== 0).length
      : again !== "lookUp" || !ghosts.valueOf(state.ghosts).lookedUpAgain;

  return (state) => {
    const { record, activities: all } = state;
    const hasRoom = all.includes(0);
    const beginnings = hasRoom
      ? steps.begin(record).filter((step, index) => mayBegin(state, step, index))
      : steps.decideAtOnce(record);
    const busy = [...new Set(all)].filter((each) => each !== 0);
    return [
      ...beginnings.map((step) => after(state, 0, step)),
      ...busy.flatMap((each) => steps.goOn(each, record).map((step) => after(state, each, step))),
    ];
  };
}
