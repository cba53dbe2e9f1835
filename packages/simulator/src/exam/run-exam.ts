// The exam of a client: each documented case on a switch of its own, with the client started in an empty folder.
//
// Rules
// 1. What reached the switch decides, not what the client says of itself; but what it tells the cashier must be true.
// 2. A case ends as soon as all that it expects has come, and a moment later for what should not. It waits `patienceMs` at most, since
//    nobody knows how long a client waits between its attempts.
// 3. The switch takes the Swagger to the letter. What is lost is lost by a broken connection, so that no case waits for a time-out.
// 4. A kill is SIGKILL, to the client and all that it started.
//
// What it does not know: power loss, wrong clocks, and many sales at once.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Json, JsonObject } from "@electrum-vouchers/core";
import type { LogEntry } from "../http/running-switch.ts";
import { type Simulator, startSimulator } from "../http/simulator.ts";
import { type ClientAnswer, type ExaminedClient, startClient } from "./client-process.ts";
import type { ExamCase, ExamStep } from "./exam-case.ts";
import { examCases } from "./exam-cases.ts";
import { describeExchange, findClientFaults, hasAllCome } from "./exam-rules.ts";
import { createExamWorld, EXAM_USER } from "./exam-world.ts";

export interface ExamOptions {
  /** Starts the client; run by the shell. */
  readonly command: string;
  /** How long to wait for an answer, or for what a case expects. In milliseconds. Default 30 000. */
  readonly patienceMs?: number;
  /** Only cases whose name contains this. Default all. */
  readonly only?: string;
  /** Called with each case as it ends. */
  readonly onResult?: (result: CaseResult) => void;
}

export interface CaseResult {
  readonly name: string;
  readonly rule: string;
  /** Empty if the client did all that the case asks. */
  readonly faults: readonly string[];
  /** The last of what the client wrote to standard error, if it failed. */
  readonly complaint?: string;
  /** What reached the switch, in order. */
  readonly exchanges: readonly JsonObject[];
}

export interface ExamReport {
  readonly passed: number;
  readonly total: number;
  readonly results: readonly CaseResult[];
}

const DEFAULT_PATIENCE_MS = 30_000;

/** After a case is fulfilled: for what a client should not send. */
const SETTLE_MS = 250;

const POLL_MS = 20;

/** Puts a client through every documented case, one after the other. */
export async function runExam(options: ExamOptions): Promise<ExamReport> {
  const { only = "", onResult = () => {} } = options;
  const results: CaseResult[] = [];
  for (const examCase of examCases.filter(({ name }) => name.includes(only))) {
    const result = await runCase(examCase, options);
    onResult(result);
    results.push(result);
  }
  return { passed: results.filter(({ faults }) => faults.length === 0).length, total: results.length, results };
}

/** A case under way. The client is another one after a kill. */
interface Sitting {
  readonly start: () => ExaminedClient;
  client: ExaminedClient;
  readonly voucherCode: string;
  readonly patienceMs: number;
}

async function runCase(examCase: ExamCase, options: ExamOptions): Promise<CaseResult> {
  const { command, patienceMs = DEFAULT_PATIENCE_MS } = options;
  const folder = mkdtempSync(join(tmpdir(), "electrum-exam-"));
  const { world, voucherCode } = createExamWorld();
  const simulator = await startSimulator({ world, faults: { rules: examCase.faults ?? [] } });
  const start = (): ExaminedClient => startClient({ command, folder, url: simulator.url, user: EXAM_USER });
  const sitting: Sitting = { start, client: start(), voucherCode, patienceMs };
  try {
    const told = await playSteps(sitting, examCase, simulator);
    const exchanges = await waitForAll(simulator, examCase, patienceMs);
    const { name, rule } = examCase;
    const faults = [...new Set([...told, ...findClientFaults(examCase, exchanges)])];
    const complaint = faults.length === 0 ? "" : sitting.client.complaint();
    return {
      name,
      rule,
      faults,
      ...(complaint === "" ? {} : { complaint }),
      exchanges: exchanges.map(describeExchange),
    };
  } finally {
    await sitting.client.kill();
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Plays the steps, and names what the client answered wrongly. */
async function playSteps(sitting: Sitting, examCase: ExamCase, simulator: Simulator): Promise<readonly string[]> {
  const faults: string[] = [];
  let id: Json = null;
  for (const step of examCase.steps) {
    if (step === "kill" || step === "sell, killed before it is answered") {
      await killAndStart(sitting, step, simulator);
      continue;
    }
    const answer = await sitting.client.ask(instructionFor(step, id, sitting.voucherCode), sitting.patienceMs);
    if (answer.type !== "answer") return [...faults, `${step}: ${describeSilence(answer)}`];
    if (step === "sell" || step === "redeem") {
      id = answer.content["id"] ?? null;
      faults.push(...findAnswerFaults(step, answer.content, examCase));
    }
  }
  return faults;
}

async function killAndStart(sitting: Sitting, step: ExamStep, simulator: Simulator): Promise<void> {
  if (step !== "kill") {
    sitting.client.tell(instructionFor("sell", null, ""));
    await waitUntil(() => simulator.world().recorded > 1, sitting.patienceMs);
  }
  await sitting.client.kill();
  sitting.client = sitting.start();
}

const AMOUNT = { amount: 5_000, currency: "710" };

function instructionFor(step: ExamStep, id: Json, voucherCode: string): JsonObject {
  switch (step) {
    case "sell":
      return { do: "sell", amount: AMOUNT, receiver: { id: "1001", name: "Some Provider" } };
    case "redeem":
      return { do: "redeem", voucher: { code: voucherCode }, receiver: { id: "1001", name: "Some Provider" } };
    case "confirm":
      return { do: "confirm", id, tenders: [{ amount: AMOUNT, tenderType: "CASH" }] };
    default:
      return { do: "cancel", id };
  }
}

function describeSilence({ type }: ClientAnswer): string {
  if (type === "noJson") return "the client answered with no line of JSON";
  return type === "ended" ? "the client ended" : "the client did not answer";
}

function findAnswerFaults(step: ExamStep, { id, outcome }: JsonObject, examCase: ExamCase): readonly string[] {
  const isRight = examCase.outcome === undefined || outcome === examCase.outcome;
  return [
    ...(typeof id === "string" ? [] : [`${step}: the answer names no id`]),
    ...(isRight
      ? []
      : [`${step}: the client says ${JSON.stringify(outcome ?? null)}, and it is "${examCase.outcome}"`]),
  ];
}

/** Waits for what the case expects, and a moment longer for what should not come. */
async function waitForAll(simulator: Simulator, examCase: ExamCase, patienceMs: number): Promise<readonly LogEntry[]> {
  const exchanges = (): readonly LogEntry[] => simulator.requests().latest;
  await waitUntil(() => hasAllCome(examCase, exchanges()), patienceMs);
  await sleep(SETTLE_MS);
  return exchanges();
}

async function waitUntil(isTrue: () => boolean, patienceMs: number): Promise<void> {
  const endsAt = performance.now() + patienceMs;
  while (!isTrue() && performance.now() < endsAt) await sleep(POLL_MS);
}

const sleep = (timeMs: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, timeMs));
