import { createHash } from "node:crypto";
import type { Uuid } from "@electrum-vouchers/core";

/** What happened in a run, in order, for people: no ids but names, and no secrets. */
export interface Trace {
  /** `who` did or met `what`, now. */
  add(who: string, what: string): void;
  /** Has a transaction called `name` from now on. */
  call(id: Uuid, name: string): void;
  /** What people call the transaction. */
  nameOf(id: Uuid): string;
  readonly lines: readonly string[];
  /** The same for two runs in which the same happened at the same time. */
  digest(): string;
}

export function createTrace(elapsedMs: () => number): Trace {
  const lines: string[] = [];
  const names = new Map<Uuid, string>();
  return {
    add: (who, what) => {
      lines.push(`${(elapsedMs() / 1000).toFixed(3).padStart(9)} s  ${who.padEnd(10)}  ${what}`);
    },
    call: (id, name) => void names.set(id, name),
    nameOf: (id) => names.get(id) ?? "a transaction of nobody",
    lines,
    digest: () => createHash("sha256").update(lines.join("\n")).digest("hex"),
  };
}
