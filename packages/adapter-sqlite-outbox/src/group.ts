import { setImmediate } from "node:timers";

export interface GroupOptions<Member, Outcome> {
  /** Handles members together, in the order given, and says what became of each. What it throws is a bug, and rejects all. */
  run(members: readonly Member[]): readonly Outcome[];
  /** How much a member takes, in the unit of `maxSize`. */
  sizeOf(member: Member): number;
  /** How many members at most are handled together. */
  readonly maxMembers: number;
  /** How much they may take together; a larger one is handled alone. */
  readonly maxSize: number;
  /** How many may wait; whoever comes then gets the outcome `crowded`. */
  readonly maxWaiting: number;
  readonly crowded: Outcome;
}

export interface Group<Member, Outcome> {
  /** Resolves once the member was handled, with what became of it. */
  add(member: Member): Promise<Outcome>;
  /** Handles at once whatever waits. */
  flush(): void;
}

interface Waiting<Member, Outcome> {
  readonly member: Member;
  readonly size: number;
  resolve(outcome: Outcome): void;
  reject(bug: unknown): void;
}

/**
 * Handles together what is asked for in one turn of the event loop. Nothing waits for a timer: the first member is handled as
 * soon as the turn ends, alone where nobody joins it. What exceeds the bounds waits for the next turn.
 */
export function createGroup<Member, Outcome>(options: GroupOptions<Member, Outcome>): Group<Member, Outcome> {
  let waiting: Waiting<Member, Outcome>[] = [];
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      runNext();
      if (waiting.length > 0) schedule();
    });
  }

  function runNext(): void {
    const together = waiting.slice(0, countOf(waiting));
    if (together.length === 0) return;
    waiting = waiting.slice(together.length);
    try {
      const outcomes = options.run(together.map(({ member }) => member));
      for (const [index, { resolve }] of together.entries()) resolve(outcomeOf(outcomes[index]));
    } catch (bug) {
      for (const { reject } of together) reject(bug);
    }
  }

  /** How many of those that wait may be handled together: at least one. */
  function countOf(candidates: readonly Waiting<Member, Outcome>[]): number {
    let size = 0;
    const beyond = candidates.findIndex((each, index) => {
      size += each.size;
      return index > 0 && (index === options.maxMembers || size > options.maxSize);
    });
    return beyond === -1 ? candidates.length : beyond;
  }

  return {
    add: (member) =>
      new Promise((resolve, reject) => {
        if (waiting.length === options.maxWaiting) return resolve(options.crowded);
        waiting.push({ member, size: options.sizeOf(member), resolve, reject });
        schedule();
      }),
    flush: () => {
      while (waiting.length > 0) runNext();
    },
  };
}

function outcomeOf<Outcome>(outcome: Outcome | undefined): Outcome {
  if (outcome === undefined) throw new RangeError("every member has an outcome");
  return outcome;
}
