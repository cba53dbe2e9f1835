import { serveJobs, hasFields } from "../workers.ts";
import type { Configuration } from "./configuration.ts";
import { explore } from "./search/explore.ts";
import { createSystem } from "./system.ts";

const isConfiguration = (message: unknown): message is Configuration => hasFields(message, "policy", "owners");

serveJobs(isConfiguration, (configuration) => explore(createSystem(configuration)));
