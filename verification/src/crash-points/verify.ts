import { parseArgs } from "node:util";
import { selectNames } from "../options.ts";
import type { Report } from "../report.ts";
import { hasFields, runInWorkers } from "../workers.ts";
import type { CrashPointReport } from "./enumerate-crash-points.ts";
import { flows } from "./flows.ts";

/** The script of the threads: one flow after the other. */
const script = new URL("worker.ts", import.meta.url);

const isEnumeration = (message: unknown): message is CrashPointReport => hasFields(message, "flow", "points");

/**
 * A crash before and after every single call of a port, and while each message is under way, in every documented flow. Then a
 * new till takes over what the old one left in its file, or one that has been open on it all the time. `--flow TEXT` runs only the
 * flows with this text in their names.
 */
export async function verifyCrashPoints(args: readonly string[]): Promise<Report> {
  const { values } = parseArgs({ args: [...args], options: { flow: { type: "string", default: "" } } });
  const chosen = selectNames(
    "--flow",
    values.flow,
    flows.map(({ name }) => name),
  );
  const enumerations: CrashPointReport[] = [];
  await runInWorkers({
    script,
    jobs: chosen,
    isResult: isEnumeration,
    onResult: (flow, enumeration) => {
      enumerations.push(enumeration);
      const { points, runs } = enumeration;
      console.log(`${String(points).padStart(4)} crash points, ${String(runs).padStart(4)} crashes: ${flow}`);
    },
  });
  const sum = (count: (enumeration: CrashPointReport) => number): number =>
    enumerations.reduce((total, each) => total + count(each), 0);
  const [points, crashes] = [sum((each) => each.points), sum(({ runs }) => runs)];
  return {
    check: "crash points",
    counts: { flows: enumerations.length, points, crashes },
    size: `${enumerations.length} flows, ${points} points, ${crashes} crashes`,
    faults:
      "a crash at every call of a port; then everything is repeated, cancelled or abandoned, or a second till on the file goes on",
    failures: enumerations.flatMap(({ flow, failures }) =>
      failures.map((failure) => `pnpm verify crash --flow ${JSON.stringify(flow)}\n  ${failure}`),
    ),
  };
}
