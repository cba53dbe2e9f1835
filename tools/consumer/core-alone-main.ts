import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parsePolicy, parseProvisionRequest } from "@electrum-vouchers/core";
import { type Row, sell, takeUpDueWork, type Yours } from "./core-alone.ts";

// Runs `core-alone.ts` with a database that is one JSON file, and with `fetch`.
//   node core-alone-main.ts URL FILE sell REQUEST [POINT]   sells, prints the code, and finishes; dies at a point if one is given
//   node core-alone-main.ts URL FILE finish                 works until nothing is due any more

const [baseUrl = "", file = "", what = "", requestText = "", dieAt = ""] = process.argv.slice(2);

const load = (): readonly Row[] => {
  const rows: unknown = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
  return Array.isArray(rows) ? rows.filter(isRow) : [];
};

const isRow = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && "id" in value && "version" in value && "record" in value;

/** Ends the process as a crash does: nothing after this call happens. */
function dieIf(point: string): void {
  if (point === dieAt) process.kill(process.pid, "SIGKILL");
}

/** Writes the row, durably. */
function replace(row: Row): void {
  writeFileSync(`${file}.new`, JSON.stringify([...load().filter(({ id }) => id !== row.id), row]));
  const descriptor = openSync(`${file}.new`, "r+");
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(`${file}.new`, file);
}

const yours: Yours = {
  save: async (row) => {
    const stored = load().find(({ id }) => id === row.id);
    if ((stored?.version ?? 0) !== row.version - 1) return false;
    replace(row);
    dieIf(`save ${row.version}`);
    return true;
  },
  postpone: async (row) => replace(row),
  due: async (now) => load().filter(({ dueAt }) => dueAt !== undefined && dueAt <= now),
  send: async ({ method, target, body }, deadlineAt) => {
    const authorization = `Basic ${btoa("12345678:secret")}`;
    const signal = AbortSignal.timeout(Math.max(deadlineAt - Date.now(), 0));
    try {
      const init = { method, signal, headers: { authorization, "content-type": "application/json" } };
      const response = await fetch(`${baseUrl}${target}`, body === undefined ? init : { ...init, body });
      const received = { status: response.status, body: await response.text() };
      dieIf(`receive ${target}`);
      return received;
    } catch {
      return undefined;
    }
  },
  sleepUntil: (at) => sleep(Math.max(at - Date.now(), 0)),
};

if (what === "sell") {
  const retryBackoff = { initialMs: 50, multiplier: 1, maxMs: 50 };
  const policy = parsePolicy({ replyDeadlineMs: 3_000, decisionDeadlineMs: 500, retryBackoff });
  const request = parseProvisionRequest(JSON.parse(requestText));
  if (policy.isErr() || request.isErr()) throw new Error("The policy or the request is at fault.");
  console.log(`voucher ${await sell(request.value, policy.value, yours)}`);
}
while (load().some(({ dueAt }) => dueAt !== undefined)) {
  await takeUpDueWork(yours);
  await sleep(20);
}
