import { type Answer, dueOf, type Instant, operations } from "@electrum-vouchers/core";
import { type Activity, activityLater, momentsOf } from "./activity.ts";
import { handlingsOf } from "./electrum.ts";
import { createInterner, memoize } from "./intern.ts";
import { ascending, type Message, withMessage, withoutMessage } from "./network.ts";
import type { Space } from "./space.ts";
import type { Ghosts, State } from "./state.ts";
import { later, NOW } from "./time.ts";
import type { Line, Transition } from "./transition.ts";

/** What the network, the switch and time can do in a state. */
export interface NetworkMoves {
  moves(state: State): readonly Transition[];
  /** Whether no answer can come any more to what waits for one. */
  isHopeless(state: State, activity: number): boolean;
}

/** How many answers can be on their way to one connection: something between till and switch may repeat a request once. */
const MAX_ANSWERS = 2;

interface Handled {
  readonly fault?: string;
  readonly world: number;
  readonly status: number;
  readonly errorType: string;
  readonly answer: number;
}

export function createNetworkMoves(space: Space): NetworkMoves {
  const { configuration, provider, transactions, activities, worlds, messages, networks, ghosts } = space;
  const answers = createInterner<Answer>(JSON.stringify);

  const handled = memoize((world: number, message: number): readonly Handled[] => {
    const { outgoing } = messages.valueOf(message);
    const all = handlingsOf(worlds.valueOf(world), provider, outgoing, configuration.answers).map(
      ({ answer, ...handling }) => ({
        ...handling,
        world: worlds.idOf(handling.world),
        status: answer.status,
        errorType: errorTypeOf(answer),
        answer: answers.idOf(answer),
      }),
    );
    // What comes to the same is one move; the ordinary comes first.
    return all.filter(
      (each, index) => all.findIndex((other) => other.world === each.world && other.answer === each.answer) === index,
    );
  });
  const isFor = memoize((activity: number, message: number) =>
    waitsFor(activities.valueOf(activity), messages.valueOf(message)),
  );
  const withAnswer = memoize((activity: number, answer: number) => {
    const waiting = activities.valueOf(activity);
    return "answers" in waiting
      ? activities.idOf({ ...waiting, answers: [...waiting.answers, answers.valueOf(answer)] })
      : activity;
  });
  const canReceive = memoize((activity: number) => {
    const waiting = activities.valueOf(activity);
    return "answers" in waiting && waiting.answers.length < (configuration.repeats ? MAX_ANSWERS : 1);
  });
  const hasAnswer = memoize((activity: number) => {
    const waiting = activities.valueOf(activity);
    return "answers" in waiting && waiting.answers.length > 0;
  });
  const repeatOf = memoize((message: number) => messages.idOf({ ...messages.valueOf(message), isRepeat: true }));
  const momentsOfActivity = memoize((activity: number) => momentsOf(activities.valueOf(activity)).filter(isAhead));
  const momentOfMessage = memoize(
    (message: number) => [arrivesBy(messages.valueOf(message))].find(isAhead) ?? Number.POSITIVE_INFINITY,
  );
  const momentsOfRecord = memoize((record: number) => {
    const due = dueOf(transactions.valueOf(record));
    return due === undefined ? [] : [due.at, due.at + 1].filter(isAhead);
  });
  /** Each part of a state, as it looks later. */
  const aged = {
    record: memoize((record: number, ms: number) => transactions.idOf(later(transactions.valueOf(record), ms))),
    activity: memoize((activity: number, ms: number) =>
      activities.idOf(activityLater(activities.valueOf(activity), ms)),
    ),
    message: memoize((message: number, ms: number) => messages.idOf(later(messages.valueOf(message), ms))),
    ghosts: memoize((id: number, ms: number) => ghosts.idOf(later(ghosts.valueOf(id), ms))),
  };

  /** What is remembered of a delivery, for the invariants. */
  function remembered(state: State, message: Message, { world, status }: Handled): number {
    const before = ghosts.valueOf(state.ghosts);
    const isChanged = world !== state.world;
    if (message.type === "advice") {
      const isForgotten =
        !configuration.remembersReversals &&
        operations[message.outgoing.operation].kind === "reversal" &&
        status === 404 &&
        !isChanged;
      return isForgotten ? ghosts.idOf({ ...before, forgotten: true }) : state.ghosts;
    }
    const excuse = excuseOf(before, message, isChanged);
    return excuse === undefined ? state.ghosts : ghosts.idOf({ ...before, excuse });
  }

  function deliveries(state: State, id: number): readonly Transition[] {
    const message = messages.valueOf(id);
    const network = networks.idOf(withoutMessage(networks.valueOf(state.network), id));
    return handled(state.world, id).flatMap((handling) => {
      const { fault, world, answer, status, errorType } = handling;
      const kind = fault === undefined ? "ordinary" : "fault";
      const next = { ...state, network, world, ghosts: remembered(state, message, handling) };
      const say = (): Line => ({
        who: "switch",
        what: `receives ${named(message)}${fault === undefined ? "" : `; ${fault}`}; answers ${status} ${errorType}`,
      });
      const receivers = state.activities.filter((each) => each !== 0 && isFor(each, id) && canReceive(each));
      if (receivers.length === 0) return [{ kind, say, next }];
      return receivers.map((receiver) => ({
        kind,
        say,
        next: { ...next, activities: replaced(state.activities, receiver, withAnswer(receiver, answer)) },
      }));
    });
  }

  function faults(state: State, id: number): readonly Transition[] {
    const message = messages.valueOf(id);
    const network = networks.valueOf(state.network);
    const to = (next: number): State => ({ ...state, network: next });
    const lost: Transition = {
      kind: "fault",
      say: () => ({ who: "network", what: `loses ${named(message)}` }),
      next: to(networks.idOf(withoutMessage(network, id))),
    };
    const isRepeatable = configuration.repeats && message.type === "request" && !message.isRepeat;
    if (!isRepeatable || network.includes(repeatOf(id))) return [lost];
    const repeated: Transition = {
      kind: "fault",
      say: () => ({ who: "network", what: `repeats ${named(message)} by itself` }),
      next: to(networks.idOf(withMessage(network, repeatOf(id)))),
    };
    return [lost, repeated];
  }

  function passing(state: State): readonly Transition[] {
    const moment = nextMoment(state);
    if (moment === undefined) return [];
    const ms = moment - NOW;
    const underWay = networks
      .valueOf(state.network)
      .filter((id) => mayArriveLate(messages.valueOf(id)) || arrivesBy(messages.valueOf(id)) > moment)
      .map((id) => aged.message(id, ms));
    const next = {
      ...state,
      record: state.record === 0 ? 0 : aged.record(state.record, ms),
      network: networks.idOf([...new Set(underWay)].toSorted(ascending)),
      ghosts: aged.ghosts(state.ghosts, ms),
      activities: state.activities.map((each) => (each === 0 ? 0 : aged.activity(each, ms))).toSorted(ascending),
    };
    return [{ kind: "ordinary", say: () => ({ who: "time", what: `passes: ${ms} ms` }), next }];
  }

  /** A late lookup changes nothing, and nobody waits for its answer: it may as well be lost. */
  const mayArriveLate = ({ outgoing }: Message): boolean =>
    configuration.late && outgoing.operation !== "lookupVoucher";

  /** The next moment at which something can change. Between two of them nothing can, so they are all that time needs. */
  function nextMoment({ record, network, activities: busy }: State): Instant | undefined {
    const next = Math.min(
      ...(record === 0 ? [] : momentsOfRecord(record)),
      ...busy.flatMap((each) => (each === 0 ? [] : momentsOfActivity(each))),
      ...networks.valueOf(network).map(momentOfMessage),
    );
    return Number.isFinite(next) ? next : undefined;
  }

  return {
    moves: (state) => [
      ...networks.valueOf(state.network).flatMap((id) => [...deliveries(state, id), ...faults(state, id)]),
      ...passing(state),
    ],
    isHopeless: (state, activity) => {
      if (hasAnswer(activity)) return false;
      const waiting = activities.valueOf(activity);
      if (waiting.type === "awaiting" && NOW >= waiting.command.deadlineAt) return true;
      return !networks.valueOf(state.network).some((id) => isFor(activity, id));
    },
  };
}

const isAhead = (moment: Instant): boolean => moment > NOW;

const arrivesBy = (message: Message): Instant =>
  message.type === "request" ? message.deadlineAt : Number.POSITIVE_INFINITY;

function excuseOf({ excuse, forgotten }: Ghosts, message: Message, isChanged: boolean): Ghosts["excuse"] {
  if (excuse !== undefined) return excuse;
  if (forgotten && isChanged) return "lateRequest";
  return message.isRepeat && message.outgoing.operation === "redeemVoucher" ? "repeatedRequest" : undefined;
}

function waitsFor(activity: Activity, message: Message): boolean {
  switch (activity.type) {
    case "awaiting":
      return message.type === "request" && message.attempt === activity.command.attempt;
    case "delivering":
      return message.type === "advice" && message.outgoing.message.id === activity.advice.message.id;
    default:
      return false;
  }
}

/** The list with one occurrence of a number replaced, in ascending order again. */
function replaced(numbers: readonly number[], before: number, after: number): readonly number[] {
  return numbers.with(numbers.indexOf(before), after).toSorted(ascending);
}

const named = (message: Message): string => {
  const which = message.type === "request" && message.attempt > 0 ? `, attempt ${message.attempt}` : "";
  return `${message.isRepeat ? "the repeated " : ""}${message.outgoing.operation}${which}`;
};

const errorTypeOf = ({ body }: Answer): string => /"errorType":"([A-Z_]+)"/.exec(body)?.[1] ?? "";
