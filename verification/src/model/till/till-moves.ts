import { createActivitySteps } from "./activity-steps.ts";
import { NO_VERSION, transactionOf, versionOf } from "./activity.ts";
import { createNewActivities } from "./new-activities.ts";
import type { ResponseRouting } from "../network/response-routing.ts";
import { abstractionOf } from "../abstraction/abstraction.ts";
import type { HistoryUpdates } from "../properties/history-updates.ts";
import { checkAdvice, checkRequest } from "../properties/sends.ts";
import { memoize } from "../search/intern.ts";
import type { Invariant } from "../../oracle/invariants.ts";
import type { StateSpace } from "../state-space.ts";
import { ascending, type State } from "../search/state.ts";
import type { TillStep } from "./till-step.ts";
import { age } from "../time/time.ts";
import type { Move } from "../search/move.ts";

/** Everything that the till's processes can do in a state. */
export function createTillMoves(
  space: StateSpace,
  routing: ResponseRouting,
  historyUpdates: HistoryUpdates,
): (state: State) => readonly Move[] {
  const steps = createActivitySteps(space);
  const newActivities = createNewActivities(space, steps);
  const checkSend = createSendCheck(space);
  const networkAfter = createNetworkUpdate(space);

  /** An activity that read the record before another activity committed. */
  const markOutdated = (activity: number): number => (activity === 0 ? 0 : steps.markOutdated(activity));

  /** The activities after a step of one of them. 0 is an activity that begins; it may have ended at once. */
  function activitiesAfter(all: readonly number[], activity: number, step: TillStep): readonly number[] {
    const position = activity === 0 && step.activity === 0 ? -1 : all.indexOf(activity);
    const update = step.record === undefined ? (other: number) => other : markOutdated;
    return all.map((each, index) => (index === position ? step.activity : update(each))).toSorted(ascending);
  }

  /** Giving up is a fault as long as a response can come. */
  function kindOf(state: State, activity: number, { kind }: TillStep): Move["kind"] {
    if (kind !== "giveUp") return kind;
    return routing.isUnanswerable(state, activity) ? "normal" : "fault";
  }

  function after(state: State, activity: number, step: TillStep): Move {
    const violated = step.violated ?? checkSend(state, activity === 0 ? step.activity : activity, step);
    return {
      kind: kindOf(state, activity, step),
      describe: () => step.line,
      next: {
        world: state.world,
        record: step.record ?? state.record,
        network: networkAfter(state.network, step),
        history: historyUpdates.afterStep(state.history, step),
        activities: activitiesAfter(state.activities, activity, step),
      },
      ...(step.intent === undefined ? {} : { intent: step.intent }),
      ...(violated === undefined ? {} : { violated }),
    };
  }

  /** A second start differs from the first only while the first is under way. A till looks up again once what was not found. */
  const mayStart = ({ record, activities, history }: State, { intent }: TillStep, index: number): boolean =>
    record === 0
      ? index === activities.filter((each) => each !== 0).length
      : intent !== "lookUp" || !space.histories.valueOf(history).hasLookedUpAgain;

  return (state) => {
    const { record, activities } = state;
    const startSteps = activities.includes(0)
      ? newActivities.start(record).filter((step, index) => mayStart(state, step, index))
      : newActivities.decideImmediately(record);
    const busy = [...new Set(activities)].filter((each) => each !== 0);
    return [
      ...startSteps.map((step) => after(state, 0, step)),
      ...busy.flatMap((each) => steps.advance(each, record).map((step) => after(state, each, step))),
    ];
  };
}

/** What a step breaks by the message that it sends. */
function createSendCheck(space: StateSpace): (state: State, sender: number, step: TillStep) => Invariant | undefined {
  const { records, activities, messages, networks, histories } = space;
  const isWhatIsStored = memoize((activity: number, record: number) => {
    const known = age(transactionOf(activities.valueOf(activity)), 0);
    return record !== 0 && abstractionOf(known) === abstractionOf(records.valueOf(record).transaction);
  });
  return (state, sender, { sentMessage }) => {
    if (sentMessage === undefined) return undefined;
    const message = messages.valueOf(sentMessage);
    const before = histories.valueOf(state.history);
    if (message.type === "advice") {
      return checkAdvice(message, before, networks.valueOf(state.network).map(messages.valueOf));
    }
    const activity = activities.valueOf(sender);
    // If another step came after it, the outbox no longer shows this one, but it holds a record.
    const isStored = versionOf(activity) === NO_VERSION ? state.record !== 0 : isWhatIsStored(sender, state.record);
    return checkRequest(message, activity, isStored, before);
  };
}

/** What is under way after a step. */
function createNetworkUpdate({ messages, networks }: StateSpace): (network: number, step: TillStep) => number {
  // If an attempt was answered, what is still under way of it is a copy that something else made.
  const asCopies = memoize((network: number, attempt: number) =>
    networks.idOfMessages(
      networks.valueOf(network).map((id) => {
        const message = messages.valueOf(id);
        const isOfAttempt = message.type === "request" && message.attempt === attempt;
        return isOfAttempt ? messages.idOf({ ...message, isRepeat: true }) : id;
      }),
    ),
  );
  return (network, { sentMessage, answeredAttempt }) => {
    if (sentMessage !== undefined) return networks.with(network, sentMessage);
    return answeredAttempt === undefined ? network : asCopies(network, answeredAttempt);
  };
}
