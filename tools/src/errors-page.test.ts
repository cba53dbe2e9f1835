import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PostgresOpenError } from "@electrum-vouchers/adapter-postgres-outbox";
import type { BackupError, OpenError } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { AttentionReason, LookupFailed, Refusal } from "@electrum-vouchers/core";
import type { OutboxUnavailable, RepairRefused } from "@electrum-vouchers/core/ports";
import type { Alert, TillError } from "@electrum-vouchers/runtime";
import { describe, expect, it } from "vitest";
import { workspaceRoot } from "./workspace.ts";

// docs/errors.md explains every value that the types know, each in its own section, and no other.

const page = readFileSync(join(workspaceRoot(), "docs/errors.md"), "utf8");

/** Every value of the type, by name: a new one does not compile until it stands here. */
type All<Value extends string> = Readonly<Record<Value, true>>;

const tillErrors: All<TillError["type"]> = {
  refused: true,
  idInUse: true,
  unknownTransaction: true,
  tooOld: true,
  lookupTooEarly: true,
  nothingToHandOver: true,
  alreadyHandedOver: true,
  tooManyUndelivered: true,
  outboxUnavailable: true,
  notElectrum: true,
  taken: true,
  damaged: true,
  stopped: true,
};

const refusals: All<Refusal["type"]> = {
  wrongKind: true,
  wrongState: true,
  alreadyDecided: true,
  contentDiffers: true,
  noSuchItem: true,
  nothingToHandOver: true,
  alreadyHandedOver: true,
  secretsNotCompared: true,
  invalidMessage: true,
  invalidPolicy: true,
  notAuthorised: true,
  lookupMismatch: true,
  notRefundable: true,
};

const lookupFailures: All<LookupFailed["reason"]> = {
  noSuchVoucher: true,
  refused: true,
  notOffered: true,
  noAnswer: true,
  foreign: true,
};

const alerts: All<Alert["reason"]> = {
  notElectrum: true,
  unnamedError: true,
  credentials: true,
  undelivered: true,
  unserved: true,
  neverAnswered: true,
  cannotSend: true,
  failedLookups: true,
  clockSetBack: true,
  clockSetForward: true,
  attention: true,
  confirmationRefused: true,
  retentionWaits: true,
  retentionFailed: true,
  unsettledRedacted: true,
  secretsNotCompared: true,
  handOverUnmarked: true,
  damagedRecord: true,
  columnsCorrected: true,
  outboxUnavailable: true,
  unexpected: true,
};

const attentionReasons: All<AttentionReason> = {
  lateApproval: true,
  providerTakesNoReversals: true,
  confirmationAmbiguous: true,
  reversalNotFound: true,
  acknowledgedUnnamed: true,
  approvedOtherAmount: true,
  secondVoucher: true,
  refused: true,
  contradicted: true,
  held: true,
  overdue: true,
};

const outboxFailures: All<
  | OutboxUnavailable["reason"]
  | OpenError["type"]
  | PostgresOpenError["type"]
  | Exclude<BackupError["type"], OutboxUnavailable["type"]>
> = {
  busy: true,
  full: true,
  readOnly: true,
  corrupt: true,
  closed: true,
  notDurable: true,
  replaced: true,
  unreachable: true,
  authentication: true,
  failed: true,
  missingDirectory: true,
  options: true,
  locked: true,
  foreign: true,
  newer: true,
  durability: true,
  leftover: true,
  missing: true,
  unsafe: true,
  altered: true,
  exists: true,
  damaged: true,
};

const repairRefusals: All<RepairRefused["type"] | Extract<RepairRefused, { readonly type: "notRepaired" }>["reason"]> =
  {
    invalidRepair: true,
    notRepaired: true,
    unknown: true,
    sound: true,
    newer: true,
    entryDamaged: true,
    entriesMissing: true,
    replayDiffers: true,
    finalStateDiffers: true,
  };

/** The values that a section's tables name in their first column. */
function namedIn(heading: string): readonly string[] {
  const section = page.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? "";
  const names = [...section.matchAll(/^\| `(\w+)` \|/gm)].flatMap(([, name]) => (name === undefined ? [] : [name]));
  return [...new Set(names)].filter((name) => name !== "type" && name !== "reason").toSorted();
}

describe("docs/errors.md explains, and nothing else,", () => {
  it.each([
    ["What a call to the till gives", tillErrors],
    ["Why an intent is refused", refusals],
    ["Why a lookup failed", lookupFailures],
    ["What an operator is alerted to", alerts],
    ["Why a transaction needs attention", attentionReasons],
    ["Why the outbox fails", outboxFailures],
    ["Why a record is not repaired", repairRefusals],
  ])("in %j every value of its type", (heading, values) => {
    expect(namedIn(heading)).toEqual(Object.keys(values).toSorted());
  });
});
