import { serveJobs, hasFields } from "../../workers.ts";
import { NOW } from "../time/time.ts";
import { compareAbstraction } from "./compare-abstraction.ts";
import type { ComparisonCase } from "./comparison-cases.ts";

const isComparisonCase = (message: unknown): message is ComparisonCase =>
  hasFields(message, "configuration", "durationMs");

serveJobs(isComparisonCase, ({ configuration, durationMs, hasMarks }) =>
  compareAbstraction(configuration.kind, configuration.policy, NOW + durationMs, undefined, hasMarks),
);
