import { doJobs, hasFields } from "../../threads.ts";
import { NOW } from "../time/time.ts";
import { compareEvidence } from "./evidence.ts";
import type { Life } from "./lives.ts";

const isLife = (message: unknown): message is Life => hasFields(message, "configuration", "ms");

doJobs(isLife, ({ configuration, ms }) => compareEvidence(configuration.kind, configuration.policy, NOW + ms));
