import { stellr } from "@electrum-vouchers/core";
import { sale } from "../configuration.ts";
import type { Defect } from "./defect.ts";
import { saleWithEveryFault, simpleSale, saleWithTwoOwners } from "./configurations.ts";

const LOOP = "packages/runtime/src/engine/run-transaction.ts";
const COLUMNS = "packages/core/src/columns.ts";
const STORED_STEP = "packages/runtime/src/engine/stored-step.ts";

/** Defects in how steps are stored and carried out, and in redaction. */
export const engineDefects: readonly Defect[] = [
  {
    name: "acting before the commit",
    file: LOOP,
    original:
      "if (entry === undefined || transaction === before) return executeOrFinish(step, { transaction, version }, at);",
    replacement: "return executeOrFinish(step, { transaction, version }, at);",
    configuration: simpleSale,
    invariant: "commitFirst",
  },
  {
    name: "acting after a commit that came too late",
    file: LOOP,
    original: "if (result.isOk()) return executeOrFinish(step, { transaction, version }, change.at);",
    replacement:
      'if (result.isOk() || result.error.type === "conflict") return executeOrFinish(step, { transaction, version }, change.at);',
    configuration: saleWithTwoOwners,
    invariant: "commitFirst",
  },
  {
    name: "a response journalled at another time",
    file: STORED_STEP,
    original: "toJournalEntry(entry, transaction)",
    replacement:
      'toJournalEntry(entry.type === "fact" ? { ...entry, fact: { ...entry.fact, at: at + 10 } } : entry, transaction)',
    configuration: simpleSale,
    invariant: "journalReplays",
  },
  {
    name: "redaction that leaves the voucher code",
    file: "packages/core/src/storage/redact.ts",
    original: "const mask = index === -1 ? MASK : otherMask(index);",
    replacement: "const mask = code;",
    configuration: simpleSale,
    invariant: "noSecret",
  },
  {
    name: "redaction that empties the voucher code",
    file: "packages/core/src/voucher-code.ts",
    original: 'export const MASK = "***";',
    replacement: 'export const MASK = "";',
    configuration: simpleSale,
    invariant: "redactedReplays",
  },
  {
    name: "acting after a commit that the outbox did not take",
    file: LOOP,
    original: "if (result.isOk()) return executeOrFinish(step, { transaction, version }, change.at);",
    replacement:
      'if (result.isOk() || result.error.type === "unavailable") return executeOrFinish(step, { transaction, version }, change.at);',
    configuration: saleWithEveryFault,
    invariant: "commitFirst",
  },
  {
    name: "acting on a start that was not stored",
    file: STORED_STEP,
    original: "  version: 0,\n  entry,\n  at: entry.start.at,",
    replacement: "  version: 0,\n  at: entry.start.at,",
    configuration: simpleSale,
    invariant: "commitFirst",
  },
  {
    name: "an outbox that is not told what is due",
    file: COLUMNS,
    original: "...(due === undefined ? {} : { due }),",
    replacement: "",
    configuration: simpleSale,
    invariant: "terminates",
  },
  {
    name: "an outbox that is told of the reversal too early",
    file: COLUMNS,
    original: "...(due === undefined ? {} : { due }),",
    replacement: "...(due === undefined ? {} : { due: { ...due, at: 0 } }),",
    configuration: simpleSale,
    invariant: "reversalWaits",
  },
  {
    name: "an outbox that never learns that it has ended",
    file: COLUMNS,
    original: "final: isFinal(transaction),",
    replacement: "final: false,",
    configuration: simpleSale,
    invariant: "outboxAccurate",
  },
  {
    name: "an outbox that never learns that the operator must look",
    file: COLUMNS,
    original: "needsAttention: needsAttention(transaction),",
    replacement: "needsAttention: false,",
    configuration: sale({ provider: stellr, retries: 0 }),
    invariant: "outboxAccurate",
  },
  {
    name: "a resolution journalled under another's name",
    file: STORED_STEP,
    original: "toJournalEntry(entry, transaction)",
    replacement:
      'toJournalEntry(entry.type === "intent" && entry.intent.type === "resolve" ? { ...entry, intent: { ...entry.intent, by: "nobody" } } : entry, transaction)',
    configuration: saleWithEveryFault,
    invariant: "journalReplays",
  },
  {
    name: "an entry that says another state than the step led to",
    file: STORED_STEP,
    original: "toJournalEntry(entry, transaction)",
    replacement: 'toJournalEntry(entry, { state: "requesting" })',
    configuration: simpleSale,
    invariant: "journalReplays",
  },
];
