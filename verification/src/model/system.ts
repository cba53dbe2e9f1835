import { canHandOver, dueOf, isFinal, sameJson, type Transaction } from "@electrum-vouchers/core";
import { NONE, transactionOf, versionOf } from "./activity.ts";
import { disagreements } from "./agreement.ts";
import { memoize } from "./intern.ts";
import { type Invariant, requestOf } from "./invariants.ts";
import { type Message, withMessage } from "./network.ts";
import { createNetworkMoves } from "./network-moves.ts";
import { createSpace } from "./space.ts";
import type { Configuration } from "./configuration.ts";
import type { Excuse, State } from "./state.ts";
import { createTillSteps, type TillStep } from "./till-steps.ts";
import { NOW } from "./time.ts";
import type { Transition } from "./transition.ts";

/** The whole: tills, network, switch, provider and time. */
export interface System {
  readonly space: unknown;
  readonly initial: State;
  moves(state: State): readonly Transition[];
  /** What the state itself breaks. */
  broken(state: State): Broken | undefined;
  isAtRest(state: State): boolean;
  isFinal(state: State): boolean;
}

export interface Broken {
  readonly invariant: Invariant;
  readonly what: string;
  /** The limit of the protocol that explains it, if one does. */
  readonly limit?: Limit;
}

/** A limit that no client can remove: a late or a repeated request, or a provider that takes no reversals. */
export type Limit = Excuse | "noReversals";

export function createSystem(configuration: Configuration): System {
  const space = createSpace(configuration);
  const { transactions, worlds, messages, networks, ghosts } = space;
  const steps = createTillSteps(space);
  const network = createNetworkMoves(space);

  const canHandOverRecord = memoize((record: number) => canHandOver(transactions.valueOf(record)));
  const disagreementsOf = memoize((record: number, world: number) =>
    disagreements(transactions.valueOf(record), worlds.valueOf(world)),
  );
  const mayStandHandedOver = memoize((record: number) => standsHandedOver(transactions.valueOf(record)));
  const isFinalRecord = memoize((record: number) => isFinal(transactions.valueOf(record)));
  const waitsForNobody = memoize((record: number) => dueOf(transactions.valueOf(record)) === undefined);

  /** What sending breaks. */
  function brokenBySending(state: State, sender: number, id: number): Invariant | undefined {
    const message = messages.valueOf(id);
    const sent = ghosts.valueOf(state.ghosts);
    if (message.type === "advice") {
      if (sent.adviceSent !== undefined && !sameJson(sent.adviceSent, message.outgoing)) return "oneAdvice";
      const isReversal = message.outgoing.operation.startsWith("reverse");
      return isReversal && networks.valueOf(state.network).some((each) => isStillOurs(messages.valueOf(each)))
        ? "reversalWaits"
        : undefined;
    }
    const activity = space.activities.valueOf(sender);
    const transaction = transactionOf(activity);
    const isDurable = versionOf(activity) === NONE ? state.record !== 0 : state.record === transactions.idOf(transaction);
    if (!isDurable) return "commitFirst";
    if ("deadlineAt" in transaction && NOW >= transaction.deadlineAt) return "onTime";
    if (message.attempt <= sent.attemptSent) return "sentOnce";
    if (sent.adviceSent !== undefined) return "nothingAfterAdvice";
    const original = requestOf(transaction);
    return original === undefined || sameJson(message.outgoing.message, original) ? undefined : "sameRequest";
  }

  /** Somebody else has committed. */
  const outdated = (activity: number): number => (activity === 0 ? 0 : steps.outdated(activity));

  /** The state after one activity's step; `activity` is 0 where it begins one. */
  function apply(state: State, activity: number, step: TillStep): Transition {
    const { line, sends } = step;
    const record = step.record ?? state.record;
    const others = state.activities.toSpliced(state.activities.indexOf(activity), 1);
    const activities = [...(step.record === undefined ? others : others.map(outdated)), step.activity];
    const next: State = {
      ...state,
      record,
      network: sends === undefined ? state.network : networks.idOf(withMessage(networks.valueOf(state.network), sends)),
      ghosts: remembered(state, record, step),
      activities: activities.toSorted(ascending),
    };
    const broken = step.broken ?? (sends === undefined ? undefined : brokenBySending(state, activity === 0 ? step.activity : activity, sends));
    return {
      kind: step.kind !== "silence" ? step.kind : network.isHopeless(state, activity) ? "ordinary" : "fault",
      say: () => line,
      next,
      ...(step.again === undefined ? {} : { again: true }),
      ...(broken === undefined ? {} : { broken }),
    };
  }

  function remembered({ ghosts: before }: State, record: number, step: TillStep): number {
    const known = ghosts.valueOf(before);
    const message = step.sends === undefined ? undefined : messages.valueOf(step.sends);
    const handedOver = known.handedOver || step.handsOver || (step.record !== undefined && canHandOverRecord(record));
    const isChanged = message !== undefined || handedOver !== known.handedOver || step.again === "lookUp";
    if (!isChanged) return before;
    return ghosts.idOf({
      ...known,
      handedOver,
      ...(message?.type === "request" ? { attemptSent: Math.max(known.attemptSent, message.attempt) } : {}),
      ...(message?.type === "advice" ? { adviceSent: message.outgoing } : {}),
      ...(step.again === "lookUp" ? { lookedUpAgain: true } : {}),
    });
  }

  /** A start is another one only beside the first; and a till looks up again what was not found, but once. */
  const mayBegin = ({ record, activities: busy, ghosts: before }: State, { again }: TillStep, index: number): boolean =>
    record === 0
      ? index === busy.filter((each) => each !== 0).length
      : again !== "lookUp" || !ghosts.valueOf(before).lookedUpAgain;

  function tillMoves(state: State): readonly Transition[] {
    const { record, activities: busy } = state;
    const beginnings = busy.includes(0) ? steps.begin(record).filter((step, index) => mayBegin(state, step, index)) : [];
    return [
      ...beginnings.map((step) => apply(state, 0, step)),
      ...new Set(busy.filter((each) => each !== 0)),
    ].flatMap((each) => (typeof each === "number" ? steps.goOn(each, record).map((step) => apply(state, each, step)) : [each]));
  }

  const isQuiet = (state: State): boolean =>
    state.activities.every((each) => each === 0) && networks.valueOf(state.network).length === 0;

  return {
    space,
    initial: space.initial,
    moves: (state) => [...tillMoves(state), ...network.moves(state)],
    broken: (state) => {
      const { record, world } = state;
      if (record === 0) return undefined;
      const { handedOver, excuse } = ghosts.valueOf(state.ghosts);
      if (handedOver && !mayStandHandedOver(record)) return { invariant: "handOver", what: `handed over, but ${transactions.valueOf(record).state}` };
      if (!isQuiet(state)) return undefined;
      const [worst] = disagreementsOf(record, world).toSorted((left, right) => Number(left.isMarked) - Number(right.isMarked));
      if (worst === undefined) return undefined;
      const limit = excuse ?? (worst.isMarked ? "noReversals" : undefined);
      return { invariant: "agreement", what: worst.what, ...(limit === undefined ? {} : { limit }) };
    },
    isAtRest: (state) => isQuiet(state) && (state.record === 0 || waitsForNobody(state.record)),
    isFinal: (state) => isQuiet(state) && (state.record === 0 || isFinalRecord(state.record)),
  };
}

/** A request itself, not a copy that somebody else made, whose time is not over. */
const isStillOurs = (message: Message): boolean =>
  message.type === "request" && !message.isRepeat && NOW < message.deadlineAt;

/** Whether the customer's voucher is, or will be, confirmed or completed; or a person has been asked. */
const standsHandedOver = (transaction: Transaction): boolean =>
  canHandOver(transaction) ||
  ((transaction.state === "disputed" || transaction.state === "resolved") && transaction.of.state === "confirming");

const ascending = (left: number, right: number): number => left - right;
