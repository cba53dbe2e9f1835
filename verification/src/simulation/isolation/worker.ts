import { serveJobs } from "../../workers.ts";
import { runIsolationSeed } from "./run.ts";

// Runs the seeds that it is sent, on a thread of its own.

serveJobs((message): message is number => typeof message === "number", runIsolationSeed);
