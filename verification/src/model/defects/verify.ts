import { inLanes } from "../../lanes.ts";
import { invariants } from "../judgement/invariants.ts";
import { traceOf } from "../search/trace.ts";
import { catchDefect } from "./catch.ts";
import type { Defect } from "./defect.ts";
import { defects } from "./defects.ts";

/** Puts each defect into the code and explores. Prints by which invariant each was caught, and gives those that were not. */
export async function verifyDefects(): Promise<readonly string[]> {
  const failures: string[] = [];
  console.log("\ncaught by             after   defect");
  await inLanes(defects, async (defect) => {
    const { line, failure } = await tried(defect);
    if (line !== undefined) console.log(line);
    if (failure !== undefined) failures.push(failure);
  });
  return failures;
}

async function tried(defect: Defect): Promise<{ readonly line?: string; readonly failure?: string }> {
  const { name, breaks } = defect;
  const found = await catchDefect(defect);
  if (found === undefined) return { failure: `a defect was not caught: ${name}` };
  if (found.invariant !== breaks) {
    const instead = `broke "${invariants[found.invariant]}", not "${invariants[breaks]}"`;
    return { failure: `${name}: ${instead}, after\n\n${traceOf(found)}` };
  }
  return { line: `${breaks.padEnd(20)} ${String(found.trace.length).padStart(3)} moves  ${name}` };
}
