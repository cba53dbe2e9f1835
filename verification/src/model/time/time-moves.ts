import type { Instant } from "@electrum-vouchers/core";
import { ageActivity, momentsOf } from "../till/activity.ts";
import { memoize } from "../search/intern.ts";
import type { StateSpace } from "../state-space.ts";
import { ascending, type State } from "../search/state.ts";
import { age, NOW } from "./time.ts";
import type { Move } from "../search/move.ts";

/**
 * Time passes until the next moment at which something can change. Nothing changes between two such moments, so no other
 * moments are needed.
 */
export function createTimeMoves(space: StateSpace): (state: State) => readonly Move[] {
  const aging = createAging(space);
  const nextMoment = createNextMoment(space);

  return (state) => {
    const moment = nextMoment(state);
    if (!Number.isFinite(moment)) return [];
    const ms = moment - NOW;
    const next: State = {
      world: state.world,
      record: state.record === 0 ? 0 : aging.record(state.record, ms),
      network: aging.network(state.network, ms),
      history: aging.history(state.history, ms),
      activities: state.activities.map((each) => (each === 0 ? 0 : aging.activity(each, ms))).toSorted(ascending),
    };
    return [{ kind: "time", describe: () => ({ actor: "time", event: `passes: ${ms} ms` }), next }];
  };
}

/** Each part of a state as it looks later. */
function createAging(
  space: StateSpace,
): Readonly<Record<"record" | "activity" | "network" | "history", (id: number, ms: number) => number>> {
  const { records, activities, messages, networks, histories } = space;
  const mayArrive = createArrivalCheck(space);
  const message = memoize((id: number, ms: number) => messages.idOf(age(messages.valueOf(id), ms)));
  return {
    record: memoize((id: number, ms: number) => records.idOf(age(records.valueOf(id), ms))),
    activity: memoize((id: number, ms: number) => activities.idOf(ageActivity(activities.valueOf(id), ms))),
    history: memoize((id: number, ms: number) => histories.idOf(age(histories.valueOf(id), ms))),
    network: memoize((id: number, ms: number) => {
      const inFlight = networks.valueOf(id).filter((each) => mayArrive(each, ms));
      return networks.idOfMessages(inFlight.map((each) => message(each, ms)));
    }),
  };
}

/** The next moment at which something can change; infinite if time changes nothing any more. */
function createNextMoment({ records, activities, messages, networks }: StateSpace): (state: State) => Instant {
  const nextOf = (moments: readonly Instant[]): Instant => Math.min(...moments.filter((moment) => moment > NOW));
  const ofRecord = memoize((id: number) => {
    const { due } = records.valueOf(id);
    return nextOf(due === undefined ? [] : [due.at, due.at + 1]);
  });
  const ofActivity = memoize((id: number) => nextOf(momentsOf(activities.valueOf(id))));
  const ofMessage = memoize((id: number) => {
    const message = messages.valueOf(id);
    return nextOf(message.type === "request" ? [message.deadlineAt] : []);
  });
  return ({ record, network, activities: busy }) =>
    Math.min(
      record === 0 ? Number.POSITIVE_INFINITY : ofRecord(record),
      ...busy.map((each) => (each === 0 ? Number.POSITIVE_INFINITY : ofActivity(each))),
      ...networks.valueOf(network).map(ofMessage),
    );
}

/** Whether a message may still arrive this much later. A late lookup changes nothing, so it counts as lost. */
const createArrivalCheck =
  ({ configuration, messages }: StateSpace): ((id: number, ms: number) => boolean) =>
  (id, ms) => {
    const message = messages.valueOf(id);
    if (message.type === "advice") return true;
    return (
      message.deadlineAt > NOW + ms || (configuration.mayArriveLate && message.outgoing.operation !== "lookupVoucher")
    );
  };
