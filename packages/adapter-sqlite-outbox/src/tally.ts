import type { Work } from "@electrum-vouchers/core/ports";
import type { Database } from "better-sqlite3";

/** What is counted of a transaction. */
export interface Counted {
  readonly state: string;
  readonly attention: 0 | 1;
  readonly due_work: Work | null;
}

export type Subject = "state" | "attention" | "due";

/** Collects what changes in the counts, so that many commits of one transaction write each count once. */
export interface Tally {
  /** A transaction that was like `before` is now like `after`; undefined is one that does not exist. */
  change(before: Counted | undefined, after: Counted | undefined): void;
  /** Writes what was collected, within the transaction that is open. */
  write(): void;
  /** Forgets what was collected: a new transaction begins. */
  clear(): void;
}

export function createTally(database: Database): Tally {
  const change = database.prepare<[by: number, subject: Subject, name: string]>(
    "UPDATE tally SET count = count + ? WHERE subject = ? AND name = ?",
  );
  const begin = database.prepare<[by: number, subject: Subject, name: string]>(
    "INSERT INTO tally (count, subject, name) VALUES (?, ?, ?)",
  );
  const collected = new Map<string, { readonly subject: Subject; readonly name: string; readonly by: number }>();

  function count(subject: Subject, name: string, by: number): void {
    const key = `${subject} ${name}`;
    collected.set(key, { subject, name, by: by + (collected.get(key)?.by ?? 0) });
  }

  function countAll({ state, attention, due_work: work }: Counted, by: number): void {
    count("state", state, by);
    if (attention === 1) count("attention", "", by);
    if (work !== null) count("due", work, by);
  }

  return {
    change: (before, after) => {
      if (before !== undefined) countAll(before, -1);
      if (after !== undefined) countAll(after, 1);
    },
    write: () => {
      for (const { subject, name, by } of collected.values())
        if (by !== 0 && change.run(by, subject, name).changes === 0) begin.run(by, subject, name);
    },
    clear: () => collected.clear(),
  };
}
