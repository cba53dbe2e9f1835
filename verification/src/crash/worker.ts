import { doJobs } from "../threads.ts";
import { enumerate } from "./enumerate.ts";
import type { Flow } from "./flow.ts";
import { flows } from "./flows.ts";
import { aftermaths } from "./play.ts";

/** The flows themselves cannot be sent: they are functions. */
const isName = (message: unknown): message is string => typeof message === "string";

doJobs(isName, (name) => enumerate(flowNamed(name), { aftermaths }));

function flowNamed(name: string): Flow {
  const flow = flows.find((each) => each.name === name);
  if (flow === undefined) throw new RangeError(`there is no flow ${name}`);
  return flow;
}
