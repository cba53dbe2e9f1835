import type { Change, CommitError, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import { err, type Result } from "neverthrow";
import type { FaultKind } from "./faults.ts";
import type { Life } from "./life.ts";
import { goesWrong, type Stage } from "./stage.ts";
import type { Store } from "./store.ts";
import type { Watch } from "./watch.ts";

/** What an outbox may refuse a commit with, while nothing is written. */
const refusals = [
  ["busy", "busy"],
  ["disk full", "full"],
  ["failing commit", "failed"],
  ["read-only", "readOnly"],
] as const satisfies readonly (readonly [FaultKind, OutboxUnavailable["reason"]])[];

/** How a commit may end of which nobody knows whether it was written. */
const uncertainEnds = [
  "uncertain commit, written",
  "uncertain commit, not written",
  "uncertain commit, written later",
] as const satisfies readonly FaultKind[];

const MAX_DELAY_MS = 20_000;

/** A commit as one process sees it: it may be refused, or end without a word. */
export function createFaultyCommit(
  stage: Stage,
  store: Store,
  watch: Watch,
  life: Life,
): (change: Change) => Promise<Result<void, CommitError>> {
  const { clock, random, faults, trace, scenario } = stage;

  function hit(kind: FaultKind): void {
    faults.happened(kind);
    trace.add("outbox", kind);
  }

  async function write(change: Change): Promise<Result<void, CommitError>> {
    const result = await store.commit(change);
    if (result.isOk() && watch.isShared(change.id, life)) faults.happened("two processes drive one transaction");
    if (result.isErr() && result.error.type === "conflict") hit("version conflict");
    return result;
  }

  async function endUncertainly(change: Change): Promise<Result<void, CommitError>> {
    const end = random.pick(uncertainEnds);
    hit(end);
    const written = (): Promise<unknown> => write(change);
    if (end === "uncertain commit, written") await written();
    if (end === "uncertain commit, written later") void clock.sleep(random.below(MAX_DELAY_MS)).then(written);
    return err({ type: "uncertain", detail: "the connection broke" });
  }

  return async (change) => {
    if (goesWrong(stage, scenario.rates.outbox)) {
      const [kind, reason] = random.pick(refusals);
      hit(kind);
      return err({ type: "unavailable", reason, detail: "this was asked for" });
    }
    return goesWrong(stage, scenario.rates.outbox) ? endUncertainly(change) : write(change);
  };
}
