import type { Instant } from "@electrum-vouchers/core";
import { activityLater, momentsOf } from "../till/activity.ts";
import { memoize } from "../search/intern.ts";
import type { Space } from "../space.ts";
import { ascending, type State } from "../search/state.ts";
import { later, NOW } from "./time.ts";
import type { Transition } from "../search/transition.ts";

/**
 * Time passes until the next moment at which something can change. Between two of them nothing can, so these are all the
 * moments that time needs.
 */
export function createPassing(space: Space): (state: State) => readonly Transition[] {
  const aged = createAging(space);
  const nextMoment = createMoments(space);

  return (state) => {
    const moment = nextMoment(state);
    if (!Number.isFinite(moment)) return [];
    const ms = moment - NOW;
    const next: State = {
      world: state.world,
      record: state.record === 0 ? 0 : aged.record(state.record, ms),
      network: aged.network(state.network, ms),
      ghosts: aged.ghosts(state.ghosts, ms),
      activities: state.activities.map((each) => (each === 0 ? 0 : aged.activity(each, ms))).toSorted(ascending),
    };
    return [{ kind: "time", say: () => ({ who: "time", what: `passes: ${ms} ms` }), next }];
  };
}

/** Each part of a state as it looks later. */
function createAging(
  space: Space,
): Readonly<Record<"record" | "activity" | "network" | "ghosts", (id: number, ms: number) => number>> {
  const { records, activities, messages, networks, ghosts } = space;
  const mayArrive = createArrivals(space);
  const message = memoize((id: number, ms: number) => messages.idOf(later(messages.valueOf(id), ms)));
  return {
    record: memoize((id: number, ms: number) => records.idOf(later(records.valueOf(id), ms))),
    activity: memoize((id: number, ms: number) => activities.idOf(activityLater(activities.valueOf(id), ms))),
    ghosts: memoize((id: number, ms: number) => ghosts.idOf(later(ghosts.valueOf(id), ms))),
    network: memoize((id: number, ms: number) => {
      const underWay = networks.valueOf(id).filter((each) => mayArrive(each, ms));
      return networks.of(underWay.map((each) => message(each, ms)));
    }),
  };
}

/** The next moment at which something can change; infinite where time changes nothing any more. */
function createMoments({ records, activities, messages, networks }: Space): (state: State) => Instant {
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

/** Whether a message may still arrive so much later. A late lookup changes nothing, so it may as well be lost. */
const createArrivals =
  ({ configuration, messages }: Space): ((id: number, ms: number) => boolean) =>
  (id, ms) => {
    const message = messages.valueOf(id);
    if (message.type === "advice") return true;
    return message.deadlineAt > NOW + ms || (configuration.late && message.outgoing.operation !== "lookupVoucher");
  };
