import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { type NamedReason, netcare, standardProvider, type Policy, parsePolicy, stellr } from "@electrum-vouchers/core";
import { basicAuthorization, createElectrumHttp } from "@electrum-vouchers/adapter-http";
import { type Clock, type RuntimeEvent, startTill, systemClock, type Till } from "@electrum-vouchers/runtime";
import { receiverIdOf } from "../harness/receiver.ts";
import { isNothingDue } from "../harness/watch-outbox.ts";
import { USER } from "../request-fields.ts";
import { createWorkload } from "./workload.ts";
import { isOutboxDefect, outboxDefects } from "./outbox-defects.ts";
import { type ProcessMessage, MESSAGES_FD } from "./process-messages.ts";
import { openTillStore, parseStore, type TillOutbox } from "./till-store.ts";

// A till in a process of its own. It waits for a command, `serve` or `finish`, so that it can be started in advance. The command
// `clock N` sets its wall clock N milliseconds ahead of the true time.

const [store = "", url = "", messaging = "dual", defect] = process.argv.slice(2);

/** How many customers are served at once. */
const CUSTOMER_COUNT = 8;

/** How many customers of an earlier process come back. */
const RETURNING_COUNT = 5;

/** Short, so that what a kill leaves behind is finished soon. */
const replyDeadlineMs = 800;

let clockOffsetMs = 0;
const clock: Clock = { ...systemClock, now: () => Date.now() + clockOffsetMs };

const policyOf = (provider: Policy["provider"]): Policy =>
  parsePolicy({
    provider,
    messaging: messaging === "single" ? "single" : "dual",
    retries: 2,
    retryBackoff: { initialMs: 20, multiplier: 2, maxMs: 200 },
    lookupBackoff: { initialMs: 20, multiplier: 2, maxMs: 200 },
    replyDeadlineMs,
    decisionDeadlineMs: 600,
  })._unsafeUnwrap();

const policies = { standard: policyOf(standardProvider), Netcare: policyOf(netcare), Stellr: policyOf(stellr) };

/** Writes the message before it returns, so that it is read even if this process is killed right after. */
function report(message: ProcessMessage): void {
  writeSync(MESSAGES_FD, `${JSON.stringify(message)}\n`);
}

/** Prints what must never happen. Nothing else is printed. */
function onEvent(event: RuntimeEvent): void {
  if (event.type !== "alert") return;
  const { reason } = event.alert;
  if (reason === "unexpected" || reason === "damagedRecord") console.error(JSON.stringify(event.alert));
}

async function open(): Promise<{ readonly outbox: TillOutbox; readonly till: Till }> {
  const opened = await openTillStore(parseStore(store));
  const outbox = isOutboxDefect(defect) ? outboxDefects[defect](opened) : opened;
  const authorization = basicAuthorization(() => ({ username: USER, password: "kill" }));
  const electrum = createElectrumHttp({ baseUrl: url, authorization, now: clock.now })._unsafeUnwrap();
  const till = await startTill({
    electrum,
    outbox,
    clock,
    policy: (subject) => {
      const provider = receiverIdOf(subject);
      return provider === "Netcare" || provider === "Stellr" ? policies[provider] : policies.standard;
    },
    onEvent,
    forwarding: { deadlineMs: replyDeadlineMs, backoff: { initialMs: 50, multiplier: 2, maxMs: 500 } },
    takeoverGraceMs: 50,
  });
  return { outbox, till };
}

async function serve(): Promise<void> {
  const { outbox, till } = await open();
  const { records } = (await outbox.list({ only: "unfinished", limit: 1_000 }))._unsafeUnwrap();
  report({ type: "serving", leftBehind: records.filter(({ due }) => due !== undefined).length });
  const workload = createWorkload(till, report);
  const undecided = records.filter(({ state }) => state === "issued").slice(0, RETURNING_COUNT);
  await Promise.all([
    ...undecided.map(({ id }) => workload.resumeSale(id)),
    ...Array.from({ length: CUSTOMER_COUNT }, () => workload.runCustomers()),
  ]);
}

/**
 * Finishes everything that can be finished. A customer whose payment had started when a process was killed has not come back, and no
 * operator lets go of what one has held: both are done here. The parent process bounds the wait.
 */
async function finish(): Promise<void> {
  const { outbox, till } = await open();
  while (!(await isNothingDue(outbox)) || (await actForPeople(outbox, till)) > 0) await pause(20);
  await till.stop();
  (await outbox.close())._unsafeUnwrap();
  report({ type: "finished" });
  process.exit();
}

/** Decides what is overdue, and lets go of what is held. Gives how many there were. */
async function actForPeople(outbox: TillOutbox, till: Till): Promise<number> {
  const { records } = (await outbox.list({ only: "needsAttention", limit: 1_000 }))._unsafeUnwrap();
  const waiting = records.filter(({ state, due }) => due === undefined && waitingStates.includes(state));
  for (const { id, state } of waiting) {
    const isUndecided = state === "issued" || state === "redeemed";
    const acted = await (isUndecided ? till.cancel(id) : till.unhold(id, FINISHING));
    acted.orTee(({ type }) => console.error(type));
  }
  return waiting.length;
}

/** Nothing is due in them if a decision is overdue, or an advice is held. */
const waitingStates: readonly string[] = ["issued", "redeemed", "confirming", "reversing"];

const FINISHING: NamedReason = { by: "the operator", reason: "everything is to be finished" };

const commands = createInterface({ input: process.stdin });
commands.on("line", (line) => {
  const [name, offsetMs] = line.split(" ");
  if (name === "clock") clockOffsetMs = Number(offsetMs);
  else void (name === "finish" ? finish() : serve());
});
// The parent process has ended.
commands.once("close", () => process.exit());
report({ type: "ready" });
