import type { Change, CommitError, Outbox, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import type { TillProcess } from "@electrum-vouchers/testkit";
import { err, type Result } from "neverthrow";
import type { SimulatedFaultKind } from "./faults.ts";
import { faultOccurs, type RunContext } from "./run-context.ts";
import { watchCommits } from "../harness/watch-outbox.ts";
import type { Oracle } from "../oracle/oracle.ts";

/** The errors with which an outbox refuses a commit. Nothing is written then. */
const refusals = [
  ["busy", "busy"],
  ["disk full", "full"],
  ["failing commit", "failed"],
  ["read-only", "readOnly"],
] as const satisfies readonly (readonly [SimulatedFaultKind, OutboxUnavailable["reason"]])[];

/** How a commit may end if its process does not learn whether it was written. */
const uncertainOutcomes = [
  "uncertain commit, written",
  "uncertain commit, not written",
  "uncertain commit, written later",
] as const satisfies readonly SimulatedFaultKind[];

const MAX_DELAY_MS = 20_000;

/** A commit as one process sees it: it may be refused, or end with an outcome that is uncertain. */
export function createFaultyCommit(
  context: RunContext,
  sharedOutbox: Outbox,
  oracle: Oracle,
  tillProcess: TillProcess,
): (change: Change) => Promise<Result<void, CommitError>> {
  const { clock, random, faultCounter, trace, scenario } = context;

  function recordFault(kind: SimulatedFaultKind): void {
    faultCounter.record(kind);
    trace.add("outbox", kind);
  }

  const outbox = watchCommits(sharedOutbox, (change) => {
    const isShared = oracle.recordCommit(change, tillProcess);
    if (isShared) faultCounter.record("two processes drive one transaction");
  });

  async function write(change: Change): Promise<Result<void, CommitError>> {
    const result = await outbox.commit(change);
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
