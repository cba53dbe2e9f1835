import { createHash } from "node:crypto";
import type { Uuid } from "@electrum-vouchers/core";

/** What happened in a run, in order. It has names instead of ids, and no secrets. */
export interface Trace {
  /** Adds a line: `actor` did `event`, or `event` happened to it, now. */
  add(actor: string, event: string): void;
  /** Calls a transaction `name` from now on. */
  setName(id: Uuid, name: string): void;
  /** The name of the transaction. */
  nameOf(id: Uuid): string;
  readonly lines: readonly string[];
  /** The same for two runs in which the same happened at the same time. */
  digest(): string;
}

export function createTrace(elapsedMs: () => number): Trace {
  const lines: string[] = [];
  const names = new Map<Uuid, string>();
  return {
    add: (actor, event) => {
      lines.push(`${(elapsedMs() / 1000).toFixed(3).padStart(9)} s  ${actor.padEnd(10)}  ${event}`);
    },
    setName: (id, name) => void names.set(id, name),
    nameOf: (id) => names.get(id) ?? "an unknown transaction",
    lines,
    digest: () => createHash("sha256").update(lines.join("\n")).digest("hex"),
  };
}
