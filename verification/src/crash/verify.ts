import { parseArgs } from "node:util";
import type { Report } from "../report.ts";
import { type Enumeration, enumerate } from "./enumerate.ts";
import { flows } from "./flows.ts";
import { aftermaths } from "./play.ts";

/**
 * A crash before, after and, where a message goes out, amid every single call of a port, in every flow of the demo; then a new
 * till on what the old one left in its file. `--flow TEXT` plays only the flows with this in their name.
 */
export async function verifyCrash(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options: { flow: { type: "string", default: "" } } });
  const chosen = flows.filter(({ name }) => name.includes(values.flow));
  const enumerations: Enumeration[] = [];
  for (const flow of chosen) {
    const enumeration = await enumerate(flow, { aftermaths });
    enumerations.push(enumeration);
    console.log(
      `${String(enumeration.points).padStart(4)} crash points, ${String(enumeration.runs).padStart(4)} crashes: ${flow.name}`,
    );
  }
  const sum = (count: (enumeration: Enumeration) => number): number =>
    enumerations.reduce((total, each) => total + count(each), 0);
  return {
    check: "crash points",
    size: `${chosen.length} flows, ${sum(({ points }) => points)} points, ${sum(({ runs }) => runs)} crashes`,
    faults: "a crash at every call of a port; then all again, or cancelled, or nobody there",
    failures: enumerations.flatMap(({ flow, failures }) =>
      failures.map((failure) => `pnpm verify crash --flow ${JSON.stringify(flow)}\n  ${failure}`),
    ),
  };
}
