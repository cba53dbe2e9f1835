// `pnpm verify` runs every check, `pnpm verify CHECK` one of them, which may be given options of its own. `--long` runs what is
// done by search several times as long.

import { inspect } from "node:util";
import { checks, findShortfalls } from "./checks.ts";
import type { Report } from "./report.ts";
import { formatTable, type TableLine } from "./table.ts";

const given = process.argv.slice(2);
const isLong = given.includes("--long");
const [name, ...args] = given.filter((each) => each !== "--long");
const chosen = Object.entries(checks).filter(([each]) => name === undefined || each === name);
if (chosen.length === 0 || (isLong && args.length > 0)) {
  console.error(`usage: pnpm verify [${Object.keys(checks).join(" | ")}] [--long]`);
  process.exit(2);
}

const lines: TableLine[] = [];
for (const [each, check] of chosen) {
  const startedMs = performance.now();
  // A check that throws has failed, and the others still run.
  const report = await check
    .verify(isLong ? check.longArgs : args)
    .catch((error: unknown) => thrownReport(each, error));
  // Options of its own ask for another size.
  const shortfalls = args.length > 0 || report.failures.length > 0 ? [] : findShortfalls(check, report);
  const failures = [...report.failures, ...shortfalls.map((shortfall) => `pnpm verify ${each}\n  ${shortfall}`)];
  lines.push({ ...check, report: { ...report, failures }, ms: performance.now() - startedMs });
  for (const failure of failures) console.log(`\n${failure}`);
}
console.log(`\n${formatTable(lines)}`);
// Do not wait for what a check that threw has left running.
process.exit(lines.some(({ report }) => report.failures.length > 0) ? 1 : 0);

function thrownReport(check: string, error: unknown): Report {
  const failures = [`pnpm verify ${check}\n  ${inspect(error)}`];
  return { check, counts: {}, size: "not done", faults: "", failures };
}
