import { parentPort } from "node:worker_threads";
import { check } from "./check.ts";
import { everyConfiguration } from "./configuration.ts";

// Explores one configuration after another, as it is told their places in the list.

const port = parentPort;
if (port === null) throw new Error("this runs on a thread");
port.on("message", (place: number) => {
  const configuration = everyConfiguration[place];
  if (configuration === undefined) throw new RangeError(`no configuration has the place ${place}`);
  port.postMessage(check(configuration));
});
