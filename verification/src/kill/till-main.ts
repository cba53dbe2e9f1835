import { writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { netcare, ordinaryProvider, type Policy, policy, stellr } from "@electrum-vouchers/core";
import { basicAuthorization, createElectrumHttp } from "@electrum-vouchers/adapter-http";
import { openSqliteOutbox, type SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { type RuntimeEvent, startTill, type Till } from "@electrum-vouchers/runtime";
import { USER } from "../shop.ts";
import { createCustomers } from "./customers.ts";
import { hasty } from "./hasty-outbox.ts";
import { type Word, WORDS_FD } from "./words.ts";

// A till in a process of its own. It waits for its order, `serve` or `finish`, so that it can be started before its time.

const [path = "", url = "", messaging = "dual", haste] = process.argv.slice(2);

/** How many customers are served at once. */
const CUSTOMERS = 8;

/** How many of a former process's customers come back. */
const RETURNING = 5;

/** Short, so that what a kill leaves behind is over soon. */
const replyDeadlineMs = 800;

const policyOf = (provider: Policy["provider"]): Policy =>
  policy({
    provider,
    messaging: messaging === "single" ? "single" : "dual",
    retries: 2,
    retryDelay: { initialMs: 20, factor: 2, capMs: 200 },
    lookupDelay: { initialMs: 20, factor: 2, capMs: 200 },
    replyDeadlineMs,
    decisionDeadlineMs: 600,
  })._unsafeUnwrap();

const policies = { ordinary: policyOf(ordinaryProvider), Netcare: policyOf(netcare), Stellr: policyOf(stellr) };

/** Written before it returns: what was said is heard, even if this process is killed right after. */
function say(word: Word): void {
  writeSync(WORDS_FD, `${JSON.stringify(word)}\n`);
}

/** What must never happen is said where nobody should say anything. */
function observe(event: RuntimeEvent): void {
  if (event.type !== "alert") return;
  const { reason } = event.alert;
  if (reason === "unexpected" || reason === "damagedRecord") console.error(JSON.stringify(event.alert));
}

async function open(): Promise<{ readonly outbox: SqliteOutbox; readonly till: Till }> {
  const opened = openSqliteOutbox({ path })._unsafeUnwrap();
  const outbox = haste === undefined ? opened : hasty(opened);
  const authorization = basicAuthorization(() => ({ username: USER, password: "kill" }));
  const electrum = createElectrumHttp({ baseUrl: url, authorization })._unsafeUnwrap();
  const till = await startTill({
    electrum,
    outbox,
    policy: (subject) => {
      const provider = "provision" in subject ? subject.provision.receiver?.id : subject.lookup.receiverInstId;
      return provider === "Netcare" || provider === "Stellr" ? policies[provider] : policies.ordinary;
    },
    observe,
    forwarding: { deadlineMs: replyDeadlineMs, repeat: { initialMs: 50, factor: 2, capMs: 500 } },
    takeoverGraceMs: 50,
  });
  return { outbox, till };
}

async function serve(): Promise<void> {
  const { outbox, till } = await open();
  const { records } = (await outbox.list({ only: "unfinished", limit: 1_000 }))._unsafeUnwrap();
  say({ type: "serving", leftBehind: records.filter(({ due }) => due !== undefined).length });
  const customers = createCustomers(till, say);
  const undecided = records.filter(({ state }) => state === "issued").slice(0, RETURNING);
  await Promise.all([
    ...undecided.map(({ id }) => customers.comeBack(id)),
    ...Array.from({ length: CUSTOMERS }, () => customers.serve()),
  ]);
}

/** Leaves nothing unfinished that can be finished. Whoever gave the order bounds the wait. */
async function finish(): Promise<void> {
  const { outbox, till } = await open();
  const isDue = async (): Promise<boolean> => {
    const { due } = (await outbox.summary())._unsafeUnwrap();
    return due.advice + due.replyDeadline + due.timer > 0;
  };
  while (await isDue()) await pause(20);
  await till.stop();
  (await outbox.close())._unsafeUnwrap();
  say({ type: "finished" });
  process.exit();
}

process.stdin.once("data", (order) => void (String(order).trim() === "finish" ? finish() : serve()));
// Nobody is left who could give an order, or a kill.
process.stdin.once("end", () => process.exit());
say({ type: "ready" });
