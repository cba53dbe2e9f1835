import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { hasFields } from "../../workers.ts";
import type { Defect } from "./defect.ts";

// Explores with one defect in the code. The defect is put in while its file is loaded, so nothing of the core is imported before.

const isDefect = (value: unknown): value is Defect =>
  hasFields(value, "name", "file", "original", "replacement", "configuration");

if (parentPort === null || !isDefect(workerData)) throw new Error("this runs on a thread, and is told its defect");
const { file, original, replacement, configuration } = workerData;
let isInjected = false;

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/${file}`)) return loaded;
    const parts = readFileSync(new URL(url), "utf8").split(original);
    if (parts.length !== 2) throw new Error(`${file} holds the code to replace ${parts.length - 1} times, not once`);
    isInjected = true;
    return { ...loaded, source: parts.join(replacement) };
  },
});

const { explore } = await import("../search/explore.ts");
const { createSystem } = await import("../system.ts");
if (!isInjected) throw new Error(`${file} was loaded before the defect could be put in`);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a thread has no origin
parentPort.postMessage(explore(createSystem(configuration)).violation);
