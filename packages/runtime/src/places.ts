import type { Instant } from "@electrum-vouchers/core";
import type { ClaimedRecord } from "@electrum-vouchers/core/ports";

/** A claimed record that waits for its place. */
export interface Waiting {
  readonly record: ClaimedRecord;
  /** Its work is due from here on; a clock that was set back since the claim may show less. */
  readonly beginFrom: Instant;
  /** The last moment at which its lease covers its work. */
  readonly beginBy: Instant;
}

/** Whether its work may begin now. */
export const isTimely = ({ beginFrom, beginBy }: Waiting, now: Instant): boolean => beginFrom <= now && now <= beginBy;

/** A bounded number of places at which records are worked on, and those that wait for one, oldest first. */
export interface Places {
  free(): number;
  /** Those that wait, oldest first. */
  waiting(): readonly Waiting[];
  /** More that wait. */
  add(claimed: readonly Waiting[]): void;
  /** Takes away from those that wait. */
  remove(some: readonly Waiting[]): void;
  /** Begins the work on those that wait and still may begin, on as many as there are free places. */
  begin(now: Instant): void;
  /** Resolves once all work that has begun has ended. */
  allEnded(): Promise<void>;
}

export interface PlacesOptions {
  readonly count: number;
  /** The work on a record; never rejects. */
  work(record: ClaimedRecord): Promise<void>;
  /** A place has come free. */
  ended(): void;
}

export function createPlaces({ count, work, ended }: PlacesOptions): Places {
  const busy = new Set<Promise<void>>();
  let waiting: readonly Waiting[] = [];

  function start(record: ClaimedRecord): void {
    const working = work(record).then(() => {
      busy.delete(working);
      ended();
    });
    busy.add(working);
  }

  function remove(some: readonly Waiting[]): void {
    const removed = new Set(some);
    waiting = waiting.filter((each) => !removed.has(each));
  }

  return {
    free: () => count - busy.size,
    waiting: () => waiting,
    add: (claimed) => {
      waiting = [...waiting, ...claimed];
    },
    remove,
    begin: (now) => {
      const begun = waiting.filter((each) => isTimely(each, now)).slice(0, count - busy.size);
      remove(begun);
      for (const { record } of begun) start(record);
    },
    allEnded: async () => {
      await Promise.all(busy);
    },
  };
}
