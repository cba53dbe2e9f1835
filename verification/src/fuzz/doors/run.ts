import { createRandom, type Random } from "../../random.ts";
import { DEFAULT_MAX_FAILURES, type FailedCase, type FuzzOptions } from "../run.ts";
import type { Violations } from "../system-under-test.ts";
import { checkFiles } from "./files.ts";
import { checkOptions } from "./options.ts";
import { checkRows } from "./rows.ts";
import { checkSchema } from "./schema.ts";
import { createStores, type StoreFiles } from "./store.ts";

/** What comes in other than by a message: each door, and its share of the cases. */
export const doors = ["options", "files", "rows", "schema"] as const;

export type Door = (typeof doors)[number];

/** Tries the doors in turn, or one of them, case by case, and gives the first cases that broke a promise. */
export async function runDoors(
  { seed, cases, from = 0, maxFailures = DEFAULT_MAX_FAILURES, onCase }: FuzzOptions,
  only: readonly Door[] = doors,
): Promise<readonly FailedCase[]> {
  const stores = await createStores();
  const failures: FailedCase[] = [];
  for (let index = from; index < from + cases && failures.length < maxFailures; index += 1) {
    onCase?.(index);
    const door = only[index % only.length] ?? "options";
    const violations = await checkDoor(door, createRandom(seed, index), stores);
    if (violations.length > 0) failures.push({ seed, index, violations: violations.map((each) => `${door}: ${each}`) });
  }
  return failures;
}

async function checkDoor(door: Door, random: Random, stores: readonly StoreFiles[]): Promise<Violations> {
  try {
    return door === "options" ? await checkOptions(random) : await storeChecks[door](random, random.pick(stores));
  } catch (error) {
    return [`it threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  }
}

const storeChecks = { files: checkFiles, rows: checkRows, schema: checkSchema };
