import { decode, type Uuid } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import { startTillProcess, type TillProcess } from "@electrum-vouchers/testkit";
import { describeViolation } from "../oracle/invariants.ts";
import { createOracle, type Oracle } from "../oracle/oracle.ts";
import type { Mark } from "./marks.ts";

/** Is told of everything that the processes of a folder said, before and after a loss of power, and judges it by the oracle. */
export interface Judge {
  readonly oracle: Oracle;
  hear(mark: Mark): void;
  /** As `hear`, but judges no commit by itself. For what was recorded that is done once, and not again for each cut. */
  recall(mark: Mark): void;
  /** Every change that was to be committed. */
  readonly begun: readonly Change[];
  /** Every change that an outbox has promised to keep. */
  readonly promised: readonly Change[];
  /** What was promised when each backup began, by the backup's name. */
  readonly backups: ReadonlyMap<string, readonly Change[]>;
  /** The backups that must be there. */
  readonly made: ReadonlySet<string>;
}

export function createJudge(): Judge {
  let now = 0;
  // No clock is set in a recording.
  const oracle = createOracle({ monotonicMs: () => now });
  const { begun, promised, keep } = createPromises(oracle);
  const backups = new Map<string, readonly Change[]>();
  const made = new Set<string>();
  const waits = new Map<number, (isAnswered: boolean) => void>();
  let tillProcess: TillProcess = startTillProcess("none", () => now);

  function recallCommit(change: Change): void {
    oracle.recordStored(decode(change.record)._unsafeUnwrap());
    oracle.histories.getOrCreate(change.id).writers.add(tillProcess);
  }

  function heed(mark: Mark, recordCommit: (change: Change) => void): void {
    now = mark.at;
    switch (mark.type) {
      case "started":
        tillProcess.kill();
        tillProcess = startTillProcess(`process ${mark.life}`, () => now);
        return undefined;
      case "opened":
        for (const each of mark.records) oracle.recordStored(decode(each)._unsafeUnwrap());
        return undefined;
      case "commitBegun":
        begun.push(mark.change);
        return undefined;
      case "commitEnded":
        return mark.outcome === "durable" ? keep(mark.change, recordCommit) : undefined;
      case "sent":
        waits.set(mark.number, oracle.recordSend(mark.outgoing, mark.deadlineAt, tillProcess));
        return undefined;
      case "waitEnded":
        return waits.get(mark.number)?.(mark.isAnswered);
      case "told":
        return oracle.recordToldState(mark.id, mark.state);
      case "decided":
        return oracle.recordDecision(mark.id, mark.decision);
      case "handedOver":
        return oracle.recordHandOver(mark.id, mark.fingerprint);
      case "backupBegun":
        return void backups.set(mark.name, [...promised]);
      case "backupMade":
        return void made.add(mark.name);
      case "failed":
        return oracle.reportViolation(describeViolation("nothingThrown", mark.detail));
      case "notOpened":
      case "received":
        return undefined;
    }
  }

  return {
    oracle,
    hear: (mark) => heed(mark, (change) => void oracle.recordCommit(change, tillProcess)),
    recall: (mark) => heed(mark, recallCommit),
    begun,
    promised,
    backups,
    made,
  };
}

interface Promises {
  readonly begun: Change[];
  readonly promised: readonly Change[];
  /** A change that an outbox has promised to keep. `record` tells the oracle of it. */
  keep(change: Change, record: (change: Change) => void): void;
}

function createPromises(oracle: Oracle): Promises {
  const [begun, promised]: [Change[], Change[]] = [[], []];
  const versions = new Map<Uuid, number>();

  /** A commit that is built on one whose end was uncertain shows that that one was stored. */
  function catchUp({ id, expectedVersion }: Change): void {
    if ((versions.get(id) ?? 0) >= expectedVersion) return;
    const before = begun.findLast((change) => change.id === id && change.expectedVersion === expectedVersion - 1);
    if (before !== undefined) oracle.recordStored(decode(before.record)._unsafeUnwrap());
  }

  return {
    begun,
    promised,
    keep: (change, record) => {
      promised.push(change);
      catchUp(change);
      record(change);
      versions.set(change.id, change.expectedVersion + 1);
    },
  };
}
