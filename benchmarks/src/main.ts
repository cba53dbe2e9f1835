import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { table } from "./print.ts";
import { type Effort, full, holds, quick, type Row } from "./row.ts";
import { drainRate } from "./rows/drain.ts";
import { fileSize } from "./rows/file-size.ts";
import { forwardingRate } from "./rows/forwarding.ts";
import { fsyncCalls } from "./rows/fsync.ts";
import { growth } from "./rows/growth.ts";
import { reopening } from "./rows/reopening.ts";
import { durableSave, eventLoopDelay } from "./rows/saves.ts";
import { transition } from "./rows/transition.ts";
import { wholeSales } from "./rows/whole.ts";

type Measure = (effort: Effort) => Promise<Row | readonly Row[]>;

const measures: Readonly<Record<string, Measure>> = {
  save: durableSave,
  fsync: async (effort) => fsyncCalls(effort),
  whole: wholeSales,
  drain: async (effort) => [...(await drainRate(effort)), ...(await forwardingRate(effort))],
  growth,
  reopening,
  size: fileSize,
  transition,
  delay: eventLoopDelay,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: "boolean" }, json: { type: "string" } },
});

const effort = values.full === true ? full : quick;
const chosen = Object.entries(measures).filter(([name]) => positionals.length === 0 || positionals.includes(name));
const rows: Row[] = [];
for (const [name, measure] of chosen) {
  console.error(`measuring: ${name}`);
  rows.push(...[await measure(effort)].flat());
}
rows.sort((left, right) => left.number - right.number);
console.log(table(rows));
if (values.json !== undefined) {
  writeFileSync(
    values.json,
    JSON.stringify(
      rows.map((row) => ({ ...row, holds: holds(row) })),
      undefined,
      2,
    ),
  );
}
