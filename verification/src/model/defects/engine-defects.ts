import { stellr } from "@electrum-vouchers/core";
import { sale } from "../configuration.ts";
import type { Defect } from "./defect.ts";
import { saleWithEveryFault, simpleSale, saleWithTwoOwners } from "./configurations.ts";

const LOOP = "packages/runtime/src/engine/run-transaction.ts";
const STORED_STEP = "packages/runtime/src/engine/stored-step.ts";

/** Defects in how steps are stored and carried out, and in redaction. */
export const engineDefects: readonly Defect[] = [
  {
    name: "acting before the commit",
    file: LOOP,
    original:
      "if (entry === undefined || transaction === before) return executeOrFinish(step, { transaction, version });",
    replacement: "return executeOrFinish(step, { transaction, version });",
    configuration: simpleSale,
    invariant: "commitFirst",
  },
  {
    name: "acting after a commit that came too late",
    file: LOOP,
    original: "if (result.isOk()) return executeOrFinish(step, { transaction, version });",
    replacement:
      'if (result.isOk() || result.error.type === "conflict") return executeOrFinish(step, { transaction, version });',
    configuration: saleWithTwoOwners,
    invariant: "commitFirst",
  },
  {
    name: "a response journalled at another time",
    file: STORED_STEP,
    original: "    entry: encodeEntry(entry),",
    replacement:
      '    entry: encodeEntry(entry.type === "fact" ? { ...entry, fact: { ...entry.fact, at: at + 10 } } : entry),',
    configuration: simpleSale,
    invariant: "journalReplays",
  },
  {
    name: "redaction that leaves the voucher code",
    file: "packages/core/src/storage/redact.ts",
    original: 'voucher: shapeOf("serialNumber expiryDate")',
    replacement: 'voucher: shapeOf("code serialNumber expiryDate")',
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
    original: "if (result.isOk()) return executeOrFinish(step, { transaction, version });",
    replacement:
      'if (result.isOk() || result.error.type === "unavailable") return executeOrFinish(step, { transaction, version });',
    configuration: saleWithEveryFault,
    invariant: "commitFirst",
  },
  {
    name: "acting on a start that was not stored",
    file: STORED_STEP,
    original: "return first.map((step) => ({ step, version: 0, entry, at }));",
    replacement: "return first.map((step) => ({ step, version: 0, at }));",
    configuration: simpleSale,
    invariant: "commitFirst",
  },
  {
    name: "an outbox that is not told what is due",
    file: STORED_STEP,
    original: "...(due === undefined ? {} : { due }),",
    replacement: "",
    configuration: simpleSale,
    invariant: "terminates",
  },
  {
    name: "an outbox that is told of the reversal too early",
    file: STORED_STEP,
    original: "...(due === undefined ? {} : { due }),",
    replacement: "...(due === undefined ? {} : { due: { ...due, at } }),",
    configuration: simpleSale,
    invariant: "reversalWaits",
  },
  {
    name: "an outbox that never learns that it has ended",
    file: STORED_STEP,
    original: "final: isFinal(transaction),",
    replacement: "final: false,",
    configuration: simpleSale,
    invariant: "outboxAccurate",
  },
  {
    name: "an outbox that never learns that the operator must look",
    file: STORED_STEP,
    original: "needsAttention: needsAttention(transaction),",
    replacement: "needsAttention: false,",
    configuration: sale({ provider: stellr, retries: 0 }),
    invariant: "outboxAccurate",
  },
  {
    name: "a resolution journalled under another's name",
    file: STORED_STEP,
    original: "    entry: encodeEntry(entry),",
    replacement:
      '    entry: encodeEntry(entry.type === "intent" && entry.intent.type === "resolve" ? { ...entry, intent: { ...entry.intent, by: "nobody" } } : entry),',
    configuration: saleWithEveryFault,
    invariant: "journalReplays",
  },
];
