import { runConcurrently } from "../../concurrency.ts";
import { invariants } from "../../oracle/invariants.ts";
import { formatTrace } from "../search/trace.ts";
import { detectDefect } from "./detect-defect.ts";
import type { Defect } from "./defect.ts";
import { defects } from "./defects.ts";

/** Puts each defect into the code and explores. Prints the invariant that caught each defect, and gives those that none caught. */
export async function verifyDefects(): Promise<readonly string[]> {
  const failures: string[] = [];
  console.log("\ncaught by             after   defect");
  await runConcurrently(defects, async (defect) => {
    const { line, failure } = await tryDefect(defect);
    if (line !== undefined) console.log(line);
    if (failure !== undefined) failures.push(failure);
  });
  return failures;
}

async function tryDefect(defect: Defect): Promise<{ readonly line?: string; readonly failure?: string }> {
  const { name, invariant } = defect;
  const counterexample = await detectDefect(defect);
  if (counterexample === undefined) return { failure: `a defect was not caught: ${name}` };
  if (counterexample.invariant !== invariant) {
    const difference = `broke "${invariants[counterexample.invariant]}", not "${invariants[invariant]}"`;
    return { failure: `${name}: ${difference}, after\n\n${formatTrace(counterexample)}` };
  }
  return { line: `${invariant.padEnd(20)} ${String(counterexample.trace.length).padStart(3)} moves  ${name}` };
}
