import { canHandOver, dueOf, type Transaction } from "@electrum-vouchers/core";
import { type Activity, type CommitTurn, NONE, withVersion } from "./activity.ts";
import { intentsFor, starts, wanted } from "./intents.ts";
import { memoize } from "./intern.ts";
import { brokenByCommit, type Invariant } from "./invariants.ts";
import type { Message } from "./network.ts";
import type { Space } from "./space.ts";
import { later, NOW } from "./time.ts";
import { answered, awake, commit, type Outcome, send, takeUp, unanswered } from "./till.ts";
import type { Line, Transition } from "./transition.ts";

/** What one activity of the till can do next, as far as it depends on nothing but the outbox and the time. */
export interface TillStep {
  /** `silence`: as ordinary as it is hopeless to wait on. */
  readonly kind: Transition["kind"] | "silence";
  readonly line: Line;
  /** What the activity becomes; 0 where it ends. */
  readonly activity: number;
  /** What the outbox holds after a commit that it took. */
  readonly record?: number;
  /** A message goes out. */
  readonly sends?: number;
  /** An answer to this attempt has arrived: whatever else of it is under way is no longer waited for. */
  readonly hears?: number;
  /** A caller now has the transaction, with a voucher that may be handed over. */
  readonly handsOver: boolean;
  /** What a till or a person may want again and again. */
  readonly again?: "lookUp" | "resend";
  readonly broken?: Invariant;
}

/** The till's code is pure: each of its steps is taken once, however many states take it. */
export interface TillSteps {
  /** What can begin. */
  begin(record: number): readonly TillStep[];
  /** What is decided, and durable, while all other activities stand still. */
  decideAtOnce(record: number): readonly TillStep[];
  /** What can happen to an activity. */
  goOn(activity: number, record: number): readonly TillStep[];
  /** The activity, after somebody else's commit. */
  outdated(activity: number): number;
}

export function createTillSteps(space: Space): TillSteps {
  const { transactions, activities, messages } = space;
  const storedOf = (record: number): Transaction | undefined =>
    record === 0 ? undefined : transactions.valueOf(record);

  const stepTo = (
    kind: TillStep["kind"],
    what: string,
    { activity, given }: Outcome,
    rest: Partial<TillStep> = {},
  ): TillStep => ({
    kind,
    line: { who: "till", what },
    activity: activity === undefined ? 0 : activities.idOf(activity),
    handsOver: given !== undefined && canHandOver(given),
    ...rest,
  });

  const intents = memoize((record: number) => {
    const stored = transactions.valueOf(record);
    return intentsFor(space).flatMap((intent) => {
      const outcome = wanted(stored, intent);
      return outcome === undefined ? [] : [{ intent, outcome }];
    });
  });

  function begin(record: number): readonly TillStep[] {
    if (record === 0) return starts(space).map((outcome) => stepTo("decision", "starts", outcome));
    const decisions = intents(record).map(({ intent: { type }, outcome }) =>
      stepTo("decision", `wants: ${type}`, outcome, type === "lookUp" || type === "resend" ? { again: type } : {}),
    );
    return [...decisions, ...dueSteps(transactions.valueOf(record))];
  }

  function dueSteps(stored: Transaction): readonly TillStep[] {
    const due = dueOf(stored);
    if (due === undefined || due.at > NOW) return [];
    const outcome = takeUp(stored);
    return outcome.activity?.type === "delivering"
      ? [stepTo("ordinary", `sends ${due.what}`, outcome, { sends: messageOf(outcome.activity) })]
      : [stepTo("ordinary", `takes up what is due: ${due.what}`, outcome)];
  }

  function decideAtOnce(record: number): readonly TillStep[] {
    if (record === 0) return [];
    return intents(record).flatMap(({ intent: { type }, outcome }) => {
      if (type === "lookUp" || type === "resend" || outcome.activity?.type !== "commit") return [];
      const step = commitStep(outcome.activity, record);
      const line: Line = { who: "till", what: `wants: ${type}, and ${step.line.what}` };
      return step.activity === 0 ? [{ ...step, kind: "decision", line }] : [];
    });
  }

  const messageOf = (activity: Activity | undefined): number => messages.idOf(messageIn(activity));

  function goOn(id: number, record: number): readonly TillStep[] {
    const activity = activities.valueOf(id);
    const dies = stepTo("fault", `dies, ${dyingWords(activity)}`, {});
    return [...proceed(activity, record), dies];
  }

  function proceed(activity: Activity, record: number): readonly TillStep[] {
    switch (activity.type) {
      case "commit":
        return [commitStep(activity, record)];
      case "sending": {
        const outcome = send(activity);
        const isSent = outcome.activity?.type === "awaiting";
        const { request, attempt } = activity.command;
        const what = `${isSent ? "sends" : "is too late to send"} ${request.operation}, attempt ${attempt}`;
        return [stepTo("ordinary", what, outcome, isSent ? { sends: messageOf(outcome.activity) } : {})];
      }
      case "sleeping":
        return activity.command.at <= NOW ? [stepTo("ordinary", "wakes up", awake(activity))] : [];
      case "awaiting":
      case "delivering":
        return [
          ...activity.answers.map((answer) =>
            stepTo(
              "ordinary",
              `reads the answer: ${answer.status} ${errorTypeOf(answer.body)}`,
              answered(activity, answer),
              {
                ...(activity.type === "awaiting" ? { hears: activity.command.attempt } : {}),
              },
            ),
          ),
          stepTo("silence", "gives up waiting for the answer", unanswered(activity)),
        ];
    }
  }

  function commitStep(turn: CommitTurn, record: number): TillStep {
    const stored = storedOf(record);
    const { isTaken, outcome } = commit(turn, stored);
    if (!isTaken) return stepTo("ordinary", "commits in vain: somebody else was first", outcome);
    const { transaction } = turn.stepped;
    const broken = brokenByCommit(stored, turn);
    return stepTo("ordinary", `commits: ${stored?.state ?? "nothing"} -> ${transaction.state}`, outcome, {
      record: transactions.idOf(later(transaction, 0)),
      ...(broken === undefined ? {} : { broken }),
    });
  }

  return {
    begin: memoize(begin),
    decideAtOnce: memoize(decideAtOnce),
    goOn: memoize(goOn),
    outdated: memoize((id: number) => activities.idOf(withVersion(activities.valueOf(id), NONE))),
  };
}

/** The message that an activity has just sent. */
function messageIn(activity: Activity | undefined): Message {
  switch (activity?.type) {
    case "awaiting": {
      const { attempt, deadlineAt, request } = activity.command;
      return { type: "request", outgoing: request, attempt, deadlineAt, isRepeat: false };
    }
    case "delivering":
      return { type: "advice", outgoing: activity.advice, isRepeat: false };
    default:
      throw new TypeError("only what waits for an answer has sent something");
  }
}

function dyingWords(activity: Activity): string {
  switch (activity.type) {
    case "commit":
      return "before its commit";
    case "sending":
      return "after its commit";
    case "sleeping":
      return "waiting for a timer";
    case "awaiting":
    case "delivering":
      return "waiting for an answer";
  }
}

const errorTypeOf = (body: string): string => /"errorType":"([A-Z_]+)"/.exec(body)?.[1] ?? "";
