import { Worker } from "node:worker_threads";
import { inLanes } from "../../lanes.ts";
import { nameOf } from "../configuration.ts";
import type { Evidence } from "./evidence.ts";
import { type Life, lives } from "./lives.ts";

/** Leads every life of a transaction with nothing left out. Prints how many there are, and gives what is not alike. */
export async function verifyEvidence(): Promise<readonly string[]> {
  const failures: string[] = [];
  console.log("\n  in full       alike   what is left out of a state decides nothing");
  await inLanes(lives, async (life) => {
    const { transactions, essences, differences } = await compared(life);
    const name = nameOf(life.configuration);
    console.log(`${String(transactions).padStart(9)} ${String(essences).padStart(11)}   ${name}`);
    failures.push(
      ...[...new Set(differences)].map((difference) => `${name}\nlooks alike, and goes on in two ways: ${difference}`),
    );
  });
  return failures;
}

const compared = (life: Life): Promise<Evidence> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: life });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the lives were not led to an end")));
  });
