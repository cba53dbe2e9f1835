import { parentPort } from "node:worker_threads";
import type { Configuration } from "./configuration.ts";
import { explore } from "./search/explore.ts";
import { createSystem } from "./system.ts";

// Explores one configuration after another, as it is told them.

const port = parentPort;
if (port === null) throw new Error("this runs on a thread");
port.on("message", (configuration: Configuration) => {
  port.postMessage(explore(createSystem(configuration)));
});
