import { openWorkspace, type Rule, sourcesIn, workspaceRoot } from "./workspace.ts";
import { droppedResult } from "./rules/dropped-result.ts";
import { explainedException } from "./rules/explained-exception.ts";
import { inwardDependencies } from "./rules/inward-dependencies.ts";
import { noBarrel } from "./rules/no-barrel.ts";
import { noClass } from "./rules/no-class.ts";
import { oneMeaning } from "./rules/one-meaning.ts";
import { pureCore } from "./rules/pure-core.ts";
import { lockIntegrity } from "./supply-chain/lock-integrity.ts";
import { runTimePackages } from "./supply-chain/run-time-packages.ts";

const rules: readonly Rule[] = [
  inwardDependencies,
  pureCore,
  droppedResult,
  noClass,
  noBarrel,
  explainedException,
  oneMeaning,
  lockIntegrity,
  runTimePackages,
];

const root = workspaceRoot();
const workspace = openWorkspace(root, sourcesIn(root));
const violations = rules.flatMap((rule) => rule(workspace));
for (const { path, line, rule, message } of violations) console.error(`${path}:${line} ${rule}: ${message}`);
console.log(`${rules.length} rules over ${workspace.files.length} files: ${violations.length} violations`);
if (violations.length > 0) process.exitCode = 1;
