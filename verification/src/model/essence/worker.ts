import { parentPort, workerData } from "node:worker_threads";
import { hasFields } from "../../threads.ts";
import { NOW } from "../time/time.ts";
import { compareEvidence } from "./evidence.ts";
import type { Life } from "./lives.ts";

// Leads the lives of one configuration, on a thread of its own.

const isLife = (value: unknown): value is Life => hasFields(value, "configuration", "ms");

if (parentPort === null || !isLife(workerData))
  throw new Error("this runs on a thread, and is told which lives to lead");
const { configuration, ms } = workerData;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a thread has no origin
parentPort.postMessage(compareEvidence(configuration.kind, configuration.policy, NOW + ms));
