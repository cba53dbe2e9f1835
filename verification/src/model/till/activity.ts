import type { Advice, HttpResponse, Command, Instant, SendRequest, Transaction, WakeAt } from "@electrum-vouchers/core";
import { type EngineAction, nextAction, type VersionedTransaction } from "@electrum-vouchers/runtime/engine";
import { abstractionOf } from "../abstraction/abstraction.ts";
import { age, ageUncommitted } from "../time/time.ts";

/**
 * Something that a till's process does about the transaction between two moves: an action of the shipped loop, or the wait for
 * the result of a command. It lives in the process's memory, so it may end at any time and leave no trace.
 *
 * Versions are counted from here: the stored record has version 1, and everything that was read before it has version 0. That
 * is enough to decide which activity may commit.
 */
export type Activity = CommitActivity | Sending | Awaiting | Delivering | Sleeping;

export type CommitActivity = Extract<EngineAction, { type: "commit" }>;

/** A request is about to be sent. */
export interface Sending {
  readonly type: "sending";
  readonly command: SendRequest;
  readonly current: VersionedTransaction;
}

/** A request was sent, and its connection is open. */
export interface Awaiting {
  readonly type: "awaiting";
  readonly command: SendRequest;
  readonly current: VersionedTransaction;
  /** The responses on their way back. */
  readonly responses: readonly HttpResponse[];
}

/** An advice was sent, and its connection is open. */
export interface Delivering {
  readonly type: "delivering";
  readonly advice: Advice;
  readonly current: VersionedTransaction;
  readonly responses: readonly HttpResponse[];
}

/** The activity waits for the time of the next attempt. */
export interface Sleeping {
  readonly type: "sleeping";
  readonly command: WakeAt;
  readonly current: VersionedTransaction;
}

/** The version of the stored record. `NO_VERSION`: of no record, and of every record that was read before the stored one. */
export const STORED_VERSION = 1;
export const NO_VERSION = 0;

export const versionOf = (activity: Activity): number =>
  activity.type === "commit" ? activity.change.expectedVersion : activity.current.version;

export function withVersion(activity: Activity, version: number): Activity {
  return activity.type === "commit"
    ? {
        ...activity,
        change: { ...activity.change, expectedVersion: version },
        committedStep: { ...activity.committedStep, version: version + 1 },
      }
    : { ...activity, current: { ...activity.current, version } };
}

/** The transaction as the activity knows it; if it is about to commit, as it will be after the commit. */
export const transactionOf = (activity: Activity): Transaction =>
  activity.type === "commit" ? activity.committedStep.transaction : activity.current.transaction;

/** Two activities with the same key behave alike, and the invariants judge them alike. */
export function activityKey(activity: Activity): string {
  const version = versionOf(activity);
  const transaction = transactionOf(activity);
  // What was read before the stored record matters only by the fact that comes of it and is applied to the stored record.
  const known = version === NO_VERSION ? transaction.state : abstractionOf(transaction);
  switch (activity.type) {
    case "commit": {
      const { committedStep, step } = activity;
      const { before, entry } = committedStep;
      const past = before === undefined ? null : abstractionOf(before);
      return JSON.stringify([
        activity.type,
        version,
        entry,
        ...(version === NO_VERSION ? [] : [past, known, step.commands]),
      ]);
    }
    case "sending":
    case "sleeping":
      return JSON.stringify([activity.type, version, known, activity.command]);
    case "awaiting":
      return JSON.stringify([activity.type, version, known, activity.command, activity.responses.toSorted(byText)]);
    case "delivering":
      return JSON.stringify([activity.type, version, known, activity.advice, activity.responses.toSorted(byText)]);
  }
}

const byText = (left: HttpResponse, right: HttpResponse): number => (left.body < right.body ? -1 : 1);

/** The activity as it looks `ms` later. If it is a commit, it commits later what was decided earlier. */
export function ageActivity(activity: Activity, ms: number): Activity {
  if (activity.type !== "commit") return age(activity, ms);
  const { committedStep, step, change } = activity;
  const { before, entry } = committedStep;
  const progress = { step, entry, at: change.at, ...(before === undefined ? {} : { before }) };
  const turn = nextAction({ ...ageUncommitted(progress, ms), version: change.expectedVersion });
  if (turn.type !== "commit") throw new TypeError("a step that changes something is committed");
  return turn;
}

/** The moments at which something changes for the activity. */
export function momentsOf(activity: Activity): readonly Instant[] {
  const command: Command | undefined = "command" in activity ? activity.command : undefined;
  switch (command?.type) {
    case "sendRequest":
      return [command.deadlineAt, command.deadlineAt + 1];
    case "wakeAt":
      return [command.at];
    default:
      return [];
  }
}
