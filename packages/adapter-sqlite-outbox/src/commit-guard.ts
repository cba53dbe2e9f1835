import type { OutboxUnavailable } from "@electrum-vouchers/core/ports";
import type { Result } from "neverthrow";
import type { Durability } from "./durability.ts";
import { trySqlite } from "./errors.ts";
import type { FileWatch } from "./file-watch.ts";

/** What must hold before a caller is told that a commit is durable. */
export interface CommitGuard extends Pick<Durability, "ensure" | "confirm" | "watch"> {
  /** A write that has no other outcome than that it is durable. */
  run<Value>(work: () => Value): Result<Value, OutboxUnavailable>;
}

export function createCommitGuard(durability: Durability, files: FileWatch): CommitGuard {
  const ensure = (): Result<void, OutboxUnavailable> => files.lastSeen().andThen(durability.ensure);
  const confirm = (): Result<void, OutboxUnavailable> => files.ensureSame().andThen(durability.confirm);
  return {
    ensure,
    confirm,
    watch: durability.watch,
    run: (work) =>
      ensure()
        .andThen(() => trySqlite(() => durability.watch(work)))
        .andThen((value) => confirm().map(() => value)),
  };
}
