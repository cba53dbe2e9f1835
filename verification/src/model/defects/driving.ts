import { stellr } from "@electrum-vouchers/core";
import { sale } from "../configuration.ts";
import type { Defect } from "./defect.ts";
import { anySale, simpleSale, twoOwners } from "./worlds.ts";

const DRIVE = "packages/runtime/src/drive.ts";

/** In how steps are stored and carried out, and in what is left of secrets. */
export const drivingDefects: readonly Defect[] = [
  {
    name: "acting before the commit",
    file: DRIVE,
    right: "if (entry === undefined || transaction === before) return act(step, { transaction, version });",
    wrong: "return act(step, { transaction, version });",
    configuration: simpleSale,
    breaks: "commitFirst",
  },
  {
    name: "acting after a commit that came too late",
    file: DRIVE,
    right: "if (result.isOk()) return act(step, { transaction, version });",
    wrong: 'if (result.isOk() || result.error.type === "conflict") return act(step, { transaction, version });',
    configuration: twoOwners,
    breaks: "commitFirst",
  },
  {
    name: "an answer journalled at another time",
    file: DRIVE,
    right: "    entry: encodeEntry(entry),",
    wrong:
      '    entry: encodeEntry(entry.type === "fact" ? { ...entry, fact: { ...entry.fact, at: at + 10 } } : entry),',
    configuration: simpleSale,
    breaks: "journalReplays",
  },
  {
    name: "scrubbing that leaves the voucher code",
    file: "packages/core/src/redact.ts",
    right: 'voucher: shapeOf("serialNumber expiryDate")',
    wrong: 'voucher: shapeOf("code serialNumber expiryDate")',
    configuration: simpleSale,
    breaks: "noSecret",
  },
  {
    name: "scrubbing that empties the voucher code",
    file: "packages/core/src/redact.ts",
    right: 'const MASK = "***";',
    wrong: 'const MASK = "";',
    configuration: simpleSale,
    breaks: "scrubbedReplays",
  },
  {
    name: "acting after a commit that the outbox did not take",
    file: DRIVE,
    right: "if (result.isOk()) return act(step, { transaction, version });",
    wrong: 'if (result.isOk() || result.error.type === "unavailable") return act(step, { transaction, version });',
    configuration: anySale,
    breaks: "commitFirst",
  },
  {
    name: "acting on a start that was not stored",
    file: DRIVE,
    right: "return step.map((first) => ({ step: first, version: 0, entry, at }));",
    wrong: "return step.map((first) => ({ step: first, version: 0, at }));",
    configuration: simpleSale,
    breaks: "commitFirst",
  },
  {
    name: "an outbox that is not told what is due",
    file: DRIVE,
    right: "...(due === undefined ? {} : { due }),",
    wrong: "",
    configuration: simpleSale,
    breaks: "itEnds",
  },
  {
    name: "an outbox that is told of the reversal too early",
    file: DRIVE,
    right: "...(due === undefined ? {} : { due }),",
    wrong: "...(due === undefined ? {} : { due: { ...due, at } }),",
    configuration: simpleSale,
    breaks: "reversalWaits",
  },
  {
    name: "an outbox that never learns that it has ended",
    file: DRIVE,
    right: "final: isFinal(transaction),",
    wrong: "final: false,",
    configuration: simpleSale,
    breaks: "outboxKnows",
  },
  {
    name: "an outbox that never learns that a person must look",
    file: DRIVE,
    right: "attention: needsAttention(transaction),",
    wrong: "attention: false,",
    configuration: sale({ provider: stellr, retries: 0 }),
    breaks: "outboxKnows",
  },
  {
    name: "a resolution journalled under another's name",
    file: DRIVE,
    right: "    entry: encodeEntry(entry),",
    wrong:
      '    entry: encodeEntry(entry.type === "intent" && entry.intent.type === "resolve" ? { ...entry, intent: { ...entry.intent, by: "nobody" } } : entry),',
    configuration: anySale,
    breaks: "journalReplays",
  },
];
