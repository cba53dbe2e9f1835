import { inspect } from "node:util";
import { verifyCrashPoints } from "./crash-points/verify.ts";
import { verifyDisk } from "./disk/verify.ts";
import { verifyFuzz } from "./fuzz/verify.ts";
import { verifyIsolation } from "./simulation/isolation/verify.ts";
import { verifyKill } from "./kill/verify.ts";
import { verifyModel } from "./model/verify.ts";
import { verifyMutation } from "./mutation/verify.ts";
import type { Report } from "./report.ts";
import { verifySimulation } from "./simulation/verify.ts";
import { formatTable } from "./table.ts";

/** Every check, by the name that runs it alone. */
const checks: Readonly<Record<string, (args: readonly string[]) => Promise<Report>>> = {
  crash: verifyCrashPoints,
  disk: verifyDisk,
  fuzz: verifyFuzz,
  isolation: verifyIsolation,
  kill: verifyKill,
  model: verifyModel,
  mutation: verifyMutation,
  simulation: verifySimulation,
};

const [name, ...args] = process.argv.slice(2);
const chosen = Object.entries(checks).filter(([each]) => name === undefined || each === name);
if (chosen.length === 0) {
  console.error(`usage: pnpm verify [${Object.keys(checks).join(" | ")}]`);
  process.exit(2);
}

const lines: { readonly report: Report; readonly ms: number }[] = [];
for (const [each, check] of chosen) {
  const startedMs = performance.now();
  // A check that throws has failed, and the others still run.
  const report = await check(args).catch((error: unknown) => thrownReport(each, error));
  lines.push({ report, ms: performance.now() - startedMs });
  for (const failure of report.failures) console.log(`\n${failure}`);
}
console.log(`\n${formatTable(lines)}`);
// Do not wait for what a check that threw has left running.
process.exit(lines.some(({ report }) => report.failures.length > 0) ? 1 : 0);

function thrownReport(check: string, error: unknown): Report {
  return { check, size: "not done", faults: "", failures: [`pnpm verify ${check}\n  ${inspect(error)}`] };
}
