import { runConcurrently } from "../../../concurrency.ts";
import { runInvariants } from "../../../oracle/invariants.ts";
import { isolationDefects } from "./defects.ts";
import { detectIsolationDefect } from "./detect-defect.ts";

/** Puts each defect into the code and runs seeds. Prints what caught each, and gives those that the invariant did not catch. */
export async function verifyIsolationDefects(): Promise<readonly string[]> {
  const failures: string[] = [];
  console.log("caught by  defect");
  await runConcurrently(isolationDefects, async (defect) => {
    const caught = await detectIsolationDefect(defect);
    if (caught?.violation.startsWith(runInvariants.healthyUnaffected) === true)
      console.log(`seed ${String(caught.seed).padStart(4)}  ${defect.name}`);
    else failures.push(`a defect was not caught: ${defect.name}${caught === undefined ? "" : `; ${caught.violation}`}`);
  });
  return failures;
}
