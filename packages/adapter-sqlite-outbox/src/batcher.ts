import { setImmediate } from "node:timers";

export interface BatcherOptions<Member, Outcome> {
  /** Handles members together, in the order given, and says what became of each. What it throws is a bug, and rejects all. */
  run(members: readonly Member[]): readonly Outcome[];
  /** How much a member takes, in the unit of `maxSize`. */
  sizeOf(item: Member): number;
  /** How many members at most are handled together. */
  readonly maxItems: number;
  /** How much they may take together; a larger one is handled alone. */
  readonly maxSize: number;
  /** How many may wait; whoever comes then gets the outcome `crowded`. */
  readonly maxWaiting: number;
  readonly overloaded: Outcome;
}

export interface Batcher<Member, Outcome> {
  /** Resolves once the member was handled, with what became of it. */
  add(item: Member): Promise<Outcome>;
  /** Handles at once whatever waits. */
  flush(): void;
}

interface QueuedItem<Member, Outcome> {
  readonly item: Member;
  readonly size: number;
  resolve(outcome: Outcome): void;
  reject(bug: unknown): void;
}

/**
 * Handles together what is asked for in one turn of the event loop. Nothing waits for a timer: the first member is handled as
 * soon as the turn ends, alone where nobody joins it. What exceeds the bounds waits for the next turn.
 */
export function createBatcher<Member, Outcome>(options: BatcherOptions<Member, Outcome>): Batcher<Member, Outcome> {
  let queued: QueuedItem<Member, Outcome>[] = [];
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      runNext();
      if (queued.length > 0) schedule();
    });
  }

  function runNext(): void {
    const batch = queued.slice(0, countOf(queued));
    if (batch.length === 0) return;
    queued = queued.slice(batch.length);
    try {
      const outcomes = options.run(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(outcomeOf(outcomes[index]));
    } catch (bug) {
      for (const { reject } of batch) reject(bug);
    }
  }

  /** How many of those that wait may be handled together: at least one. */
  function countOf(candidates: readonly QueuedItem<Member, Outcome>[]): number {
    let size = 0;
    const beyond = candidates.findIndex((each, index) => {
      size += each.size;
      return index > 0 && (index === options.maxItems || size > options.maxSize);
    });
    return beyond === -1 ? candidates.length : beyond;
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        if (queued.length === options.maxWaiting) return resolve(options.overloaded);
        queued.push({ item, size: options.sizeOf(item), resolve, reject });
        schedule();
      }),
    flush: () => {
      while (queued.length > 0) runNext();
    },
  };
}

function outcomeOf<Outcome>(outcome: Outcome | undefined): Outcome {
  if (outcome === undefined) throw new RangeError("every item has an outcome");
  return outcome;
}
