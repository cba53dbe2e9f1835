import { createActivitySteps } from "./activity-steps.ts";
import { NONE, transactionOf, versionOf } from "./activity.ts";
import { createBeginnings } from "./beginnings.ts";
import type { Connections } from "../network/connections.ts";
import { essenceOf } from "../essence/essence.ts";
import type { GhostMoves } from "../judgement/ghost-moves.ts";
import { brokenByAdvice, brokenByRequest } from "../judgement/guards.ts";
import { memoize } from "../search/intern.ts";
import type { Invariant } from "../judgement/invariants.ts";
import type { Space } from "../space.ts";
import { ascending, type State } from "../search/state.ts";
import type { TillStep } from "./till-step.ts";
import { later } from "../time/time.ts";
import type { Transition } from "../search/transition.ts";

/** Everything that the till's processes can do in a state. */
export function createTillMoves(
  space: Space,
  connections: Connections,
  ghostMoves: GhostMoves,
): (state: State) => readonly Transition[] {
  const steps = createActivitySteps(space);
  const beginnings = createBeginnings(space, steps);
  const brokenBySending = createGuard(space);
  const networkAfter = createSending(space);

  /** What an activity has read before somebody else committed. */
  const outdated = (activity: number): number => (activity === 0 ? 0 : steps.outdated(activity));

  /** The activities after a step of one of them; 0 is one that begins, and may have ended at once. */
  function activitiesAfter(all: readonly number[], activity: number, step: TillStep): readonly number[] {
    const place = activity === 0 && step.activity === 0 ? -1 : all.indexOf(activity);
    const left = step.record === undefined ? (other: number) => other : outdated;
    return all.map((each, index) => (index === place ? step.activity : left(each))).toSorted(ascending);
  }

  /** To give up waiting is a fault as long as an answer can come. */
  function kindOf(state: State, activity: number, { kind }: TillStep): Transition["kind"] {
    if (kind !== "silence") return kind;
    return connections.isHopeless(state, activity) ? "ordinary" : "fault";
  }

  function after(state: State, activity: number, step: TillStep): Transition {
    const broken = step.broken ?? brokenBySending(state, activity === 0 ? step.activity : activity, step);
    return {
      kind: kindOf(state, activity, step),
      say: () => step.line,
      next: {
        world: state.world,
        record: step.record ?? state.record,
        network: networkAfter(state.network, step),
        ghosts: ghostMoves.afterStep(state.ghosts, step),
        activities: activitiesAfter(state.activities, activity, step),
      },
      ...(step.intent === undefined ? {} : { intent: step.intent }),
      ...(broken === undefined ? {} : { broken }),
    };
  }

  /** A second start is another one only beside the first; and a till looks up again what was not found, but once. */
  const mayBegin = ({ record, activities, ghosts }: State, { intent }: TillStep, index: number): boolean =>
    record === 0
      ? index === activities.filter((each) => each !== 0).length
      : intent !== "lookUp" || !space.ghosts.valueOf(ghosts).lookedUpAgain;

  return (state) => {
    const { record, activities } = state;
    const begun = activities.includes(0)
      ? beginnings.begin(record).filter((step, index) => mayBegin(state, step, index))
      : beginnings.decideAtOnce(record);
    const busy = [...new Set(activities)].filter((each) => each !== 0);
    return [
      ...begun.map((step) => after(state, 0, step)),
      ...busy.flatMap((each) => steps.goOn(each, record).map((step) => after(state, each, step))),
    ];
  };
}

/** What a step breaks by what it sends. */
function createGuard(space: Space): (state: State, sender: number, step: TillStep) => Invariant | undefined {
  const { records, activities, messages, networks, ghosts } = space;
  const isWhatIsStored = memoize((activity: number, record: number) => {
    const known = later(transactionOf(activities.valueOf(activity)), 0);
    return record !== 0 && essenceOf(known) === essenceOf(records.valueOf(record).transaction);
  });
  return (state, sender, { sends }) => {
    if (sends === undefined) return undefined;
    const message = messages.valueOf(sends);
    const before = ghosts.valueOf(state.ghosts);
    if (message.type === "advice") {
      return brokenByAdvice(message, before, networks.valueOf(state.network).map(messages.valueOf));
    }
    const activity = activities.valueOf(sender);
    // What was overtaken by another step is no longer to be seen in the outbox, but something is.
    const isStored = versionOf(activity) === NONE ? state.record !== 0 : isWhatIsStored(sender, state.record);
    return brokenByRequest(message, activity, isStored, before);
  };
}

/** What is under way after a step. */
function createSending({ messages, networks }: Space): (network: number, step: TillStep) => number {
  // What is still under way of an attempt that was answered is not the till's any more: something has copied it.
  const asCopies = memoize((network: number, attempt: number) =>
    networks.of(
      networks.valueOf(network).map((id) => {
        const message = messages.valueOf(id);
        const isOfAttempt = message.type === "request" && message.attempt === attempt;
        return isOfAttempt ? messages.idOf({ ...message, isRepeat: true }) : id;
      }),
    ),
  );
  return (network, { sends, hears }) => {
    if (sends !== undefined) return networks.with(network, sends);
    return hears === undefined ? network : asCopies(network, hears);
  };
}
