import {
  type DamagedRecord,
  decide,
  decode,
  dueOf,
  type Command,
  type Entry,
  encode,
  encodeEntry,
  type Fact,
  type Instant,
  type Intent,
  isFinal,
  needsAttention,
  observe,
  type Refusal,
  resume,
  startProvision,
  startRedemption,
  type Step,
  type Transaction,
  type Uuid,
} from "@electrum-vouchers/core";
import type {
  Change,
  CommitConflict,
  CommitError,
  CommitUncertain,
  Outbox,
  OutboxUnavailable,
  StoredRecord,
} from "@electrum-vouchers/core/ports";
import { err, errAsync, ok, okAsync, type Result, ResultAsync } from "neverthrow";

/** A transaction and the version under which it is stored; 0 where it is not stored yet. */
export interface Versioned {
  readonly transaction: Transaction;
  readonly version: number;
}

/** A step on its way: what an entry made of a transaction. */
export interface Progress {
  /** The transaction as it was; absent where the step starts one. */
  readonly before?: Transaction;
  readonly step: Step<Transaction>;
  /** The version that the step's transaction replaces, or has where the step changed nothing. */
  readonly version: number;
  /** Absent where nothing has to be stored: a transaction that is only resumed. */
  readonly entry?: Entry;
  readonly at: Instant;
}

/** What the loop needs of the world. */
export interface Hands {
  /** Makes a change durable. */
  commit(change: Change): ResultAsync<void, CommitError>;
  /**
   * Carries out a command, durably decided by now. Gives the fact that came of it, or nothing where somebody else will feed
   * it: the forwarder, a timer, a later process.
   */
  perform(command: Command, transaction: Transaction): Promise<Fact | undefined>;
  /** Told of every step once it is durable. */
  stepped?(step: Stepped): void;
}

/** A step that has become durable. */
export interface Stepped extends Versioned {
  readonly before?: Transaction;
  readonly entry: Entry;
}

/** Why a transaction could not be driven on. It is stored as it was before the step that failed. */
export type DriveError =
  | OutboxUnavailable
  | CommitUncertain
  /** Another step came first, and leaves no room for this one. The winner may hold secrets: do not log it. */
  | { readonly type: "refused"; readonly refusal: Refusal; readonly winner: Versioned }
  /** It was to be started, but is there already. */
  | { readonly type: "exists"; readonly winner: Versioned }
  | { readonly type: "gone" }
  | { readonly type: "damaged"; readonly damage: DamagedRecord };

/** Three turns for each attempt of the longest policy, and as many conflicts: whoever needs more is in a loop. */
const MAX_TURNS = 3_000;

/**
 * The one loop: commit the step, perform its command, feed the fact that came of it, repeat, until nothing is under way.
 * Nothing is ever performed before the step that asks for it is durable.
 *
 * @example
 * const sale = await started({ type: "provisionStarted", start }).asyncAndThen((progress) => drive(progress, hands));
 */
export function drive(progress: Progress, hands: Hands): ResultAsync<Versioned, DriveError> {
  return new ResultAsync(run(progress, hands));
}

async function run(progress: Progress, hands: Hands): Promise<Result<Versioned, DriveError>> {
  let next = take(progress);
  for (let turns = 0; turns < MAX_TURNS; turns += 1) {
    switch (next.type) {
      case "commit": {
        const result = await hands.commit(next.change);
        if (result.isOk()) hands.stepped?.(next.stepped);
        next = committed(next, result);
        break;
      }
      case "perform":
        next = performed(next.current, await hands.perform(next.command, next.current.transaction));
        break;
      case "rest":
        return ok(next.current);
      case "fail":
        return err(next.error);
    }
  }
  throw new Error(`a transaction took more than ${MAX_TURNS} turns`);
}

/**
 * What a driver has to do next: the loop without its hands, for whoever brings an engine of their own. `take` begins,
 * `committed` and `performed` go on.
 */
export type Turn =
  /** Make the change durable. */
  | {
      readonly type: "commit";
      readonly change: Change;
      /** What will have happened once it is durable. */
      readonly stepped: Stepped;
      readonly step: Step<Transaction>;
      readonly at: Instant;
    }
  /** Carry out the command, durably decided by now. */
  | { readonly type: "perform"; readonly command: Command; readonly current: Versioned }
  /** Nothing is under way any more. */
  | { readonly type: "rest"; readonly current: Versioned }
  | { readonly type: "fail"; readonly error: DriveError };

/** A step is stored before its command is carried out; one that changed nothing is stored already. */
export function take(progress: Progress): Turn {
  const { before, step, version, entry, at } = progress;
  const { transaction } = step;
  if (entry === undefined || transaction === before) return act(step, { transaction, version });
  const stepped = { transaction, version: version + 1, entry, ...(before === undefined ? {} : { before }) };
  return { type: "commit", change: changeOf(progress, entry), stepped, step, at };
}

/** After the commit. Where another step was first, this one's entry is applied to what won, and tried again. */
export function committed(
  { stepped: { transaction, version, entry }, step }: Extract<Turn, { type: "commit" }>,
  result: Result<void, CommitError>,
): Turn {
  if (result.isOk()) return act(step, { transaction, version });
  const { error } = result;
  if (error.type !== "conflict") return { type: "fail", error };
  return rebase(entry, error).match(take, (reason): Turn => ({ type: "fail", error: reason }));
}

/** After the command: with the fact that came of it, or without where somebody else will feed it. */
export const performed = (current: Versioned, fact: Fact | undefined): Turn =>
  fact === undefined ? { type: "rest", current } : take(observed(current, fact));

const act = ({ commands: [command] }: Step<Transaction>, current: Versioned): Turn =>
  command === undefined ? { type: "rest", current } : { type: "perform", command, current };

/** A journal's first entry. */
export type StartEntry = Extract<Entry, { readonly start: unknown }>;

/** The first step of a transaction, or what is wrong with its request. */
export function started(entry: StartEntry): Result<Progress, Refusal> {
  const { at } = entry.start;
  const step: Result<Step<Transaction>, Refusal> = entry.type === "provisionStarted"
    ? startProvision(entry.start)
    : startRedemption(entry.start);
  return step.map((first) => ({ step: first, version: 0, entry, at }));
}

/** What an intent makes of a stored transaction, or why it is refused. */
export const decided = ({ transaction, version }: Versioned, intent: Intent): Result<Progress, Refusal> =>
  decide(transaction, intent).map((step) => ({
    before: transaction,
    step,
    version,
    entry: { type: "intent", intent },
    at: intent.at,
  }));

/** What a fact makes of a stored transaction. */
export const observed = ({ transaction, version }: Versioned, fact: Fact): Progress => ({
  before: transaction,
  step: observe(transaction, fact),
  version,
  entry: { type: "fact", fact },
  at: fact.at,
});

/** What must be done about a stored transaction that nobody drives. */
export const resumed = ({ transaction, version }: Versioned, at: Instant): Progress => ({
  before: transaction,
  step: resume(transaction),
  version,
  at,
});

/** The same entry on the transaction that won. */
function rebase(entry: Entry, { winner: stored }: CommitConflict): Result<Progress, DriveError> {
  if (stored === undefined) return err({ type: "gone" });
  return readRecord(stored).andThen((winner): Result<Progress, DriveError> => {
    switch (entry.type) {
      case "fact":
        return ok(observed(winner, entry.fact));
      case "intent":
        return decided(winner, entry.intent).mapErr((refusal) => ({ type: "refused", refusal, winner }));
      default:
        return err({ type: "exists", winner });
    }
  });
}

/** The stored transaction, checked: a damaged index leads to a sound record of another, and so to another's voucher. */
export const readRecord = ({
  id,
  record,
  version,
}: StoredRecord): Result<Versioned, { readonly type: "damaged"; readonly damage: DamagedRecord }> =>
  decode(record)
    .andThen((transaction) => (transaction.id === id ? ok(transaction) : err(misplaced)))
    .map((transaction) => ({ transaction, version }))
    .mapErr((damage) => ({ type: "damaged", damage }));

const misplaced: DamagedRecord = { type: "damaged", what: "content" };

/** The step as data for the outbox: the state, the entry that led to it, and what is due next, in one commit. */
export function changeOf({ step: { transaction }, version, at }: Progress, entry: Entry): Change {
  const due = dueOf(transaction);
  return {
    id: transaction.id,
    expectedVersion: version,
    kind: transaction.kind,
    state: transaction.state,
    final: isFinal(transaction),
    attention: needsAttention(transaction),
    record: encode(transaction),
    entry: encodeEntry(entry),
    ...(due === undefined ? {} : { due }),
    at,
  };
}

/**
 * `outbox.commit`, with an uncertain end resolved: what is stored now says whether it was written. Give each call a `commitId` of
 * its own.
 */
export function commitTo(
  outbox: Pick<Outbox, "commit" | "load">,
  change: Change,
  commitId: Uuid,
): ResultAsync<void, CommitError> {
  const named = { ...change, commitId };
  return outbox.commit(named).orElse((error) =>
    error.type === "uncertain"
      ? outbox
          .load(change.id)
          .mapErr(() => error)
          .andThen((stored) => compare(named, stored, error))
      : errAsync(error),
  );
}

function compare(
  { commitId, expectedVersion }: Change & { readonly commitId: Uuid },
  stored: StoredRecord | undefined,
  uncertain: CommitUncertain,
): ResultAsync<void, CommitError> {
  // Not written yet; it might still be, so nobody may act on it.
  if ((stored?.version ?? 0) === expectedVersion) return errAsync(uncertain);
  // The record would not tell: another worker may have stored the very same, and acts on it.
  if (stored?.commitId === commitId) return okAsync(undefined);
  return errAsync({ type: "conflict", ...(stored === undefined ? {} : { winner: stored }) });
}
