import type { HttpResponse } from "@electrum-vouchers/core";
import type { Activity } from "../till/activity.ts";
import { createInterner, type Interner, memoize } from "../search/intern.ts";
import type { MessageInFlight } from "./network.ts";
import type { StateSpace } from "../state-space.ts";
import type { State } from "../search/state.ts";
import { NOW } from "../time/time.ts";

/** Which activity waits for the response to which message. */
export interface ResponseRouting {
  readonly responses: Interner<HttpResponse>;
  /** The activities that the response to this message may go to. */
  receivers(state: State, message: number): readonly number[];
  /** The activity, with a response on its way to it. */
  withResponse(activity: number, response: number): number;
  /** Whether no response can come any more to an activity that waits for one. */
  isUnanswerable(state: State, activity: number): boolean;
}

/** How many responses can be on their way to one connection if something repeats a request once by itself. */
const MAX_RESPONSES = 2;

export function createResponseRouting({ configuration, activities, messages, networks }: StateSpace): ResponseRouting {
  const responses = createInterner<HttpResponse>(JSON.stringify);
  const maxResponses = configuration.mayRepeat ? MAX_RESPONSES : 1;

  const isResponseFor = memoize((activity: number, message: number) =>
    isAwaiting(activities.valueOf(activity), messages.valueOf(message)),
  );
  const countResponses = memoize((activity: number) => {
    const waiting = activities.valueOf(activity);
    return "responses" in waiting ? waiting.responses.length : 0;
  });
  const isPastDeadline = memoize((activity: number) => {
    const waiting = activities.valueOf(activity);
    return waiting.type === "awaiting" && NOW >= waiting.command.deadlineAt;
  });

  return {
    responses,
    receivers: (state, message) =>
      state.activities.filter(
        (each) => each !== 0 && isResponseFor(each, message) && countResponses(each) < maxResponses,
      ),
    withResponse: memoize((activity: number, response: number) => {
      const waiting = activities.valueOf(activity);
      return "responses" in waiting
        ? activities.idOf({ ...waiting, responses: [...waiting.responses, responses.valueOf(response)] })
        : activity;
    }),
    isUnanswerable: (state, activity) =>
      countResponses(activity) === 0 &&
      (isPastDeadline(activity) ||
        !networks.valueOf(state.network).some((message) => isResponseFor(activity, message))),
  };
}

function isAwaiting(activity: Activity, message: MessageInFlight): boolean {
  switch (activity.type) {
    case "awaiting":
      return message.type === "request" && message.attempt === activity.command.attempt;
    case "delivering":
      return message.type === "advice" && message.outgoing.message.id === activity.advice.message.id;
    default:
      return false;
  }
}
