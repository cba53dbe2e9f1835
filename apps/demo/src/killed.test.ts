import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { decode, type Transaction, type Uuid } from "@electrum-vouchers/core";
import {
  createWorld,
  type Simulator,
  startSimulator,
  transactionsWithId,
  type World,
} from "@electrum-vouchers/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoProcess, runDemo, startDemo } from "../test/demo-process.ts";
import { newSale } from "./flows/requests.ts";
import { isInAgreement } from "./flows/check-flow.ts";
import { openMemory } from "./switch/memory.ts";

/** A sale prints ten events. It is killed after some of them, and a delay that differs from run to run. */
const MOMENTS = [0, 1, 2, 3, 4, 5, 7, 9];
const JITTER_MS = 30;

/** Two processes take a second, or several on a machine that is busy with other tests. */
const TIMEOUT_MS = 60_000;

/** The sale's process is dead, and its customer has gone. */
const CANCEL = ["--cancel-undecided", "0s"];

const password = { ELECTRUM_PASSWORD: "any" };

let folder = "";
let simulator: Simulator;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "electrum-vouchers-killed-"));
  // Each response takes a while, so that some kills come between a request and its response.
  simulator = await startSimulator({ faults: { random: { seed: 1, rates: { slowHeaders: 1 }, delayMs: 20 } } });
});

afterAll(async () => {
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Sale {
  readonly id: Uuid;
  readonly db: string;
  readonly args: readonly string[];
}

function prepareSale(name: string): Sale {
  const request = newSale("Standard");
  const [file, db] = [join(folder, `${name}.json`), join(folder, `${name}.db`)];
  writeFileSync(file, JSON.stringify(request));
  return {
    id: request.id,
    db,
    args: ["--db", db, "--request", file, "--confirm", "--json", "--reply-deadline-ms", "500"],
  };
}

async function killAfter(till: DemoProcess, events: number): Promise<void> {
  await till.waitForLines(events);
  await sleep(Math.random() * JITTER_MS);
  till.kill();
  await till.ended;
}

/** The sale in its database. Absent if the till was killed before it began. */
async function storedSale({ db, id }: Sale): Promise<Transaction | undefined> {
  const outbox = openSqliteOutbox({ path: db })._unsafeUnwrap();
  const stored = (await outbox.load(id))._unsafeUnwrap();
  (await outbox.close())._unsafeUnwrap();
  return stored === undefined ? undefined : decode(stored.record)._unsafeUnwrap();
}

/** The states of the sale at the till and at the switch. A sale that never began is at neither. */
async function compareStates(sale: Sale, world: World): Promise<{ till?: string; electrum?: string; agree: boolean }> {
  const [switchTransaction] = transactionsWithId(world, sale.id);
  const transaction = await storedSale(sale);
  if (transaction === undefined) return { agree: switchTransaction === undefined };
  const agree = isInAgreement({ transaction, switchTransaction, states: [], voucherState: undefined });
  return {
    till: transaction.state,
    ...(switchTransaction === undefined ? {} : { electrum: switchTransaction.state }),
    agree,
  };
}

describe.concurrent("a sale that is killed (SIGKILL) and recovered ends with till and switch in agreement", () => {
  it.each(MOMENTS)(
    "killed after %i events",
    async (events) => {
      const sale = prepareSale(`after-${events}`);
      const destination = ["--electrum", simulator.url];
      await killAfter(startDemo(["sell", ...sale.args, ...destination], password), events);

      const recovered = await runDemo(["recover", "--db", sale.db, ...destination, ...CANCEL, "--json"], password);

      // If it was killed before it had opened a database, there is nothing to recover.
      expect(recovered).toMatchObject(events === 0 ? { stdout: "" } : { exitCode: 0, stderr: "" });
      expect(await compareStates(sale, simulator.world())).toMatchObject({ agree: true });
    },
    TIMEOUT_MS,
  );

  it.each([2, 4])(
    "with a simulated switch that keeps its memory: killed after %i events",
    async (events) => {
      const sale = prepareSale(`simulated-${events}`);
      await killAfter(startDemo(["sell", ...sale.args]), events);

      const recovered = await runDemo(["recover", "--db", sale.db, ...CANCEL, "--json"]);

      expect(recovered).toMatchObject({ exitCode: 0, stderr: "" });
      const memory = openMemory(`${sale.db}.switch`);
      memory.close();
      expect(await compareStates(sale, memory.world ?? createWorld())).toMatchObject({
        electrum: expect.any(String),
        agree: true,
      });
    },
    TIMEOUT_MS,
  );
});
