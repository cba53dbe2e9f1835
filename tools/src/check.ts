import { openHouse, type Rule, sourcesIn, workspaceRoot } from "./house.ts";
import { droppedResult } from "./rules/dropped-result.ts";
import { explainedException } from "./rules/explained-exception.ts";
import { inwardDependencies } from "./rules/inward-dependencies.ts";
import { noBarrel } from "./rules/no-barrel.ts";
import { noClass } from "./rules/no-class.ts";
import { pureCore } from "./rules/pure-core.ts";

const rules: readonly Rule[] = [inwardDependencies, pureCore, droppedResult, noClass, noBarrel, explainedException];

const root = workspaceRoot();
const house = openHouse(root, sourcesIn(root));
const findings = rules.flatMap((rule) => rule(house));
for (const { path, line, rule, message } of findings) console.error(`${path}:${line} ${rule}: ${message}`);
console.log(`${rules.length} rules of the house over ${house.files.length} files: ${findings.length} broken`);
if (findings.length > 0) process.exitCode = 1;
