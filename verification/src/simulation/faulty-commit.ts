import type { Change, CommitError, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import { err, type Result } from "neverthrow";
import type { SimulatedFaultKind } from "./faults.ts";
import type { TillProcess } from "./till-process.ts";
import { faultOccurs, type RunContext } from "./run-context.ts";
import type { SharedOutbox } from "./shared-outbox.ts";
import type { Oracle } from "./oracle.ts";

/** What an outbox may refuse a commit with, while nothing is written. */
const refusals = [
  ["busy", "busy"],
  ["disk full", "full"],
  ["failing commit", "failed"],
  ["read-only", "readOnly"],
] as const satisfies readonly (readonly [SimulatedFaultKind, OutboxUnavailable["reason"]])[];

/** How a commit may end of which nobody knows whether it was written. */
const uncertainOutcomes = [
  "uncertain commit, written",
  "uncertain commit, not written",
  "uncertain commit, written later",
] as const satisfies readonly SimulatedFaultKind[];

const MAX_DELAY_MS = 20_000;

/** A commit as one process sees it: it may be refused, or end without a word. */
export function createFaultyCommit(
  context: RunContext,
  sharedOutbox: SharedOutbox,
  oracle: Oracle,
  tillProcess: TillProcess,
): (change: Change) => Promise<Result<void, CommitError>> {
  const { clock, random, faultCounter, trace, scenario } = context;

  function recordFault(kind: SimulatedFaultKind): void {
    faultCounter.record(kind);
    trace.add("outbox", kind);
  }

  async function write(change: Change): Promise<Result<void, CommitError>> {
    const result = await sharedOutbox.commit(change);
    if (result.isOk() && oracle.recordWriter(change.id, tillProcess))
      faultCounter.record("two processes drive one transaction");
    if (result.isErr() && result.error.type === "conflict") recordFault("version conflict");
    return result;
  }

  async function endUncertainly(change: Change): Promise<Result<void, CommitError>> {
    const outcome = random.pick(uncertainOutcomes);
    recordFault(outcome);
    const writeChange = (): Promise<unknown> => write(change);
    if (outcome === "uncertain commit, written") await writeChange();
    if (outcome === "uncertain commit, written later") void clock.sleep(random.below(MAX_DELAY_MS)).then(writeChange);
    return err({ type: "uncertain", detail: "the connection broke" });
  }

  return async (change) => {
    if (faultOccurs(context, scenario.rates.outbox)) {
      const [kind, reason] = random.pick(refusals);
      recordFault(kind);
      return err({ type: "unavailable", reason, detail: "this was asked for" });
    }
    return faultOccurs(context, scenario.rates.outbox) ? endUncertainly(change) : write(change);
  };
}
