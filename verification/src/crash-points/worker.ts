import { serveJobs } from "../workers.ts";
import { enumerateCrashPoints } from "./enumerate-crash-points.ts";
import type { Flow } from "./flow.ts";
import { flows } from "./flows.ts";
import { recoveryModes } from "./run-with-crash.ts";

/** The flows themselves cannot be sent: they are functions. */
const isName = (message: unknown): message is string => typeof message === "string";

serveJobs(isName, (name) => enumerateCrashPoints(findFlow(name), { recoveryModes }));

function findFlow(name: string): Flow {
  const flow = flows.find((each) => each.name === name);
  if (flow === undefined) throw new RangeError(`there is no flow ${name}`);
  return flow;
}
