import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { formatTable } from "./table.ts";
import { type Effort, full, meetsExpected, quick, type BenchmarkRow } from "./row.ts";
import { measureDrain } from "./rows/drain.ts";
import { measureFileSize } from "./rows/file-size.ts";
import { measureForwarding } from "./rows/forwarding.ts";
import { measureFsyncs } from "./rows/fsync.ts";
import { measureGrowth } from "./rows/growth.ts";
import { measureHosts } from "./rows/hosts.ts";
import { measureIsolation } from "./rows/isolation.ts";
import { measureProcesses } from "./rows/processes.ts";
import { measureReopening } from "./rows/reopening.ts";
import { measureDurableSave, measureEventLoopDelay } from "./rows/saves.ts";
import { measureTransition } from "./rows/transition.ts";
import { measureWholeSales } from "./rows/whole-sales.ts";

type Measure = (effort: Effort) => Promise<BenchmarkRow | readonly BenchmarkRow[]>;

const measures: Readonly<Record<string, Measure>> = {
  save: measureDurableSave,
  fsync: async (effort) => measureFsyncs(effort),
  whole: measureWholeSales,
  drain: async (effort) => [...(await measureDrain(effort)), ...(await measureForwarding(effort))],
  growth: measureGrowth,
  reopening: measureReopening,
  size: measureFileSize,
  transition: measureTransition,
  delay: measureEventLoopDelay,
  isolation: measureIsolation,
  processes: measureProcesses,
  hosts: measureHosts,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: "boolean" }, json: { type: "string" } },
});

const effort = values.full === true ? full : quick;
const chosen = Object.entries(measures).filter(([name]) => positionals.length === 0 || positionals.includes(name));
const rows: BenchmarkRow[] = [];
for (const [name, measure] of chosen) {
  console.error(`measuring: ${name}`);
  rows.push(...[await measure(effort)].flat());
}
rows.sort((left, right) => left.number - right.number);
console.log(formatTable(rows));
if (values.json !== undefined) {
  writeFileSync(
    values.json,
    JSON.stringify(
      rows.map((row) => ({ ...row, holds: meetsExpected(row) })),
      undefined,
      2,
    ),
  );
}
