import { hasFields, serveJobs } from "../workers.ts";
import { type PowerJob, runPowerJob } from "./job.ts";

const isPowerJob = (message: unknown): message is PowerJob => hasFields(message, "recorder", "folder", "seeds", "cuts");

serveJobs(isPowerJob, runPowerJob);
