// Every command as data. What runs it is loaded only when it is run, so that each starts fast.

import { storeOptions } from "./arguments.ts";
import type { CommandOption, CommandSpec } from "./command.ts";

type Options = Readonly<Record<string, CommandOption>>;

const noteOptions: Options = {
  by: { valueName: "NAME", help: "who decides it; it is journalled" },
  reason: { valueName: "TEXT", help: "why; it is journalled" },
  yes: { help: "do not ask, for scripts" },
};

const BY = '--by "N. Mokoena" --reason INC-4411';

const JOURNALLED = "Who and why is journalled. Nothing is sent, and no password is needed.";

const decision = (
  name: string,
  summary: string,
  description: readonly string[],
  examples: readonly string[],
  options: Options = {},
): CommandSpec => ({
  name,
  summary,
  positionals: ["FILE", "ID"],
  options: { ...options, ...noteOptions, ...storeOptions },
  description: [...description, JOURNALLED],
  examples,
  load: async () => (await import("./commands/decide.ts")).runDecide,
});

const looking: readonly CommandSpec[] = [
  {
    name: "status",
    summary: "what waits, what needs an operator, and whether that is bad",
    positionals: ["FILE"],
    options: {
      monitor: { help: "one line; exit 0 ok, 1 warning, 2 critical, 3 unknown" },
      "critical-after": { valueName: "AGE", help: "how old an advice may be; default 15m" },
      "warn-after": { valueName: "AGE", help: "from when on that is a warning; default 5m" },
      ...storeOptions,
    },
    description: ["Reads only, also beside a till that is at work. It needs no password."],
    examples: ["status till.db", "status till.db --monitor", "status till.db --json"],
    load: async () => (await import("./commands/status.ts")).runStatus,
  },
  {
    name: "list",
    summary: "transactions, oldest first, with what needs an operator",
    positionals: ["FILE"],
    options: {
      attention: { help: "only those that need an operator" },
      undecided: { help: "only those that wait for their till's decision" },
      state: { valueName: "S", help: "only those in this state" },
      "older-than": { valueName: "AGE", help: "only those whose last commit is so long ago" },
      terminal: { valueName: "T", help: "only this terminal's" },
      queue: { valueName: "Q", help: "only this queue's (client/provider)" },
      client: { valueName: "C", help: "only this client's" },
      correlation: { valueName: "X", help: "only those with this reference of the shop's" },
      limit: { valueName: "N", help: "how many at most; default 50" },
      ...storeOptions,
    },
    description: ["Reads only. DO names the commands that settle what needs an operator."],
    examples: ["list till.db --attention", "list till.db --state issued --older-than 10m", "list till.db --json"],
    load: async () => (await import("./commands/list.ts")).runList,
  },
  {
    name: "show",
    summary: "the story of one transaction, and what can be done about it",
    positionals: ["FILE", "ID"],
    options: storeOptions,
    description: ["Reads only, and shows no voucher. Four characters of the id are enough if no other begins so."],
    examples: ["show till.db 95f2f539", "show till.db 95f2f539 --json"],
    load: async () => (await import("./commands/show.ts")).runShow,
  },
  {
    name: "queue",
    summary: "what waits to be sent, since when, why, and when it is tried next",
    positionals: ["FILE"],
    options: {
      queue: { valueName: "Q", help: "only this queue's (client/provider)" },
      limit: { valueName: "N", help: "how many at most; default 200" },
      ...storeOptions,
    },
    description: ["Reads only. What waits is sent by a till that has the outbox open."],
    examples: ["queue till.db", "queue till.db --limit 10"],
    load: async () => (await import("./commands/queue.ts")).runQueue,
  },
];

const deciding: readonly CommandSpec[] = [
  decision(
    "hold",
    "keeps an advice from being sent for now",
    ["For a confirmation or a reversal that Electrum has not acknowledged. It needs an operator until it is unheld."],
    [`hold till.db fd9af1ef ${BY} --yes`],
  ),
  decision(
    "unhold",
    "lets an advice that is held be sent again",
    ["A till with this outbox then sends it."],
    [`unhold till.db 3854dc4e ${BY} --yes`],
  ),
  decision(
    "resend",
    "has a disputed advice sent once more",
    ["The same message again, never the opposite. A till with this outbox then sends it."],
    [`resend till.db 8352577b ${BY} --yes`],
  ),
  decision(
    "resolve",
    "ends a dispute in the till's books",
    ["After Electrum and the provider have said what they hold. The outcome is what they hold."],
    [`resolve till.db 95f2f539 --outcome confirmed ${BY} --yes`],
    { outcome: { valueName: "OUTCOME", help: "confirmed or reversed: what Electrum and the provider hold" } },
  ),
  decision(
    "reconcile",
    "settles what must be checked with Electrum or the provider",
    ["agrees: they hold what the transaction says. corrected: it was put right. writtenOff: the loss is borne."],
    [`reconcile till.db 8ae4e686 --outcome agrees ${BY} --yes`],
    {
      outcome: { valueName: "OUTCOME", help: "agrees, corrected or writtenOff" },
      items: { valueName: "N,N", help: "only these items, from 1 on; default: all that are open" },
    },
  ),
  {
    name: "reprint",
    summary: "shows the voucher of a sale that stands once more, as a copy",
    positionals: ["FILE", "ID"],
    options: { ...noteOptions, ...storeOptions },
    description: [
      "The one command that shows a voucher's code: send its output to a printer. It says COPY if it was handed over before.",
      JOURNALLED,
    ],
    examples: [`reprint till.db 24494faa ${BY} --yes`],
    load: async () => (await import("./commands/reprint.ts")).runReprint,
  },
  {
    name: "cancel",
    summary: "cancels what a till has left undecided",
    positionals: ["FILE", "ID?"],
    options: {
      undecided: { help: "all that wait for their till's decision" },
      "older-than": { valueName: "AGE", help: "and have done so for so long, such as 10m" },
      "while-alive": { help: "although another process has the outbox open" },
      ...noteOptions,
      ...storeOptions,
    },
    description: [
      "It shows what it would cancel first. An issued voucher is then reversed: a customer who has paid for it must get the money back.",
      JOURNALLED,
    ],
    examples: [`cancel till.db --undecided --older-than 10m ${BY} --yes`, `cancel till.db 5b1c9e07 ${BY} --yes`],
    load: async () => (await import("./commands/cancel.ts")).runCancel,
  },
];

const RETENTION_AGES = "--redact-after 30d --redact-unsettled-after 180d --delete-after 400d";

const keeping: readonly CommandSpec[] = [
  {
    name: "watch",
    summary: "status and queue, drawn anew each second",
    positionals: ["FILE"],
    options: { times: { valueName: "N", help: "end after so many; default: at Ctrl-C" }, ...storeOptions },
    description: ["Reads only."],
    examples: ["watch till.db --times 1"],
    load: async () => (await import("./commands/watch.ts")).runWatch,
  },
  {
    name: "deliver",
    summary: "sends what is owed to Electrum, and ends",
    positionals: ["FILE", "ID?"],
    options: {
      electrum: { valueName: "URL", help: "Electrum's API; default: ELECTRUM_URL" },
      username: { valueName: "NAME", help: "the client; default: ELECTRUM_USERNAME" },
      wait: { valueName: "AGE", help: "how long to try; default 90s" },
      ...storeOptions,
    },
    description: [
      "As a till does that has the outbox open: it confirms and reverses what was decided, and finds out what became of requests. It cancels nothing; a decision deadline that the policy reverses at is kept.",
      "The password is in the variable ELECTRUM_PASSWORD. With an ID it ends once that one is delivered; the others are sent as well.",
    ],
    examples: ["deliver till.db --wait 10m", "deliver till.db fd9af1ef"],
    load: async () => (await import("./commands/deliver.ts")).runDeliver,
  },
  {
    name: "check",
    summary: "reads everything, and says what is damaged",
    positionals: ["FILE"],
    options: storeOptions,
    description: ["What is damaged needs attention from then on. It sends nothing, and changes no record."],
    examples: ["check till.db"],
    load: async () => (await import("./commands/check.ts")).runCheck,
  },
  {
    name: "repair",
    summary: "rebuilds a damaged record from its journal",
    positionals: ["FILE", "ID"],
    options: { ...noteOptions, ...storeOptions },
    description: ["Only if the journal proves what the record was. A till goes on with what it owes.", JOURNALLED],
    examples: [`repair till.db 7d3a51be ${BY} --yes`],
    load: async () => (await import("./commands/repair.ts")).runRepair,
  },
  {
    name: "backup",
    summary: "copies a SQLite outbox, checked, also beside a till",
    positionals: ["FILE", "COPY"],
    options: storeOptions,
    description: ["It replaces no file. The copy holds voucher codes. Never start a till on it while the other runs."],
    examples: ["backup till.db till-monday.db"],
    load: async () => (await import("./commands/backup.ts")).runBackup,
  },
  {
    name: "retention",
    summary: "masks and deletes what is old, once",
    positionals: ["FILE"],
    options: {
      "redact-after": { valueName: "AGE", help: "mask what ended so long ago" },
      "redact-unsettled-after": { valueName: "AGE", help: "mask even what needs attention" },
      "delete-after": { valueName: "AGE", help: "delete it, unless it needs attention" },
      "clock-is-right": { help: "although the last run is more than 7 days ago" },
      yes: { help: "do not ask, for scripts" },
      ...storeOptions,
    },
    description: [
      "Tills do this by themselves by default. What is masked or deleted cannot be got back. What is unfinished is left as it is.",
    ],
    examples: [`retention till.db ${RETENTION_AGES} --yes`],
    load: async () => (await import("./commands/retention.ts")).runRetention,
  },
  {
    name: "export",
    summary: "every transaction as a line of JSON, without secrets",
    positionals: ["FILE"],
    options: storeOptions,
    description: ["Reads only. Exit code 1 if one of them cannot be read."],
    examples: ["export till.db"],
    load: async () => (await import("./commands/export.ts")).runExport,
  },
  {
    name: "doctor",
    summary: "whether this machine reaches Electrum: TLS, proxy, path, credentials, clock",
    positionals: ["URL"],
    options: {},
    description: [
      "It sends one request, for the list of products, which changes nothing. With ELECTRUM_USERNAME and ELECTRUM_PASSWORD it tries the credentials.",
    ],
    examples: ["doctor http://127.0.0.1:9/suv/v1"],
    load: async () => (await import("./commands/doctor.ts")).runDoctor,
  },
  {
    name: "completion",
    summary: "a script that completes commands and options",
    positionals: ["SHELL"],
    options: {},
    description: ["For bash, zsh or fish."],
    examples: ["completion bash", "completion fish"],
    load: async () => (await import("./commands/completion.ts")).runCompletion,
  },
];

/** In the order of the help. */
export const commands: readonly CommandSpec[] = [...looking, ...deciding, ...keeping];
