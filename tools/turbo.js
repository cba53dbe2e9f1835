// Runs turbo's tasks and prints their output only if one fails: `node tools/turbo.js build --filter=demo`.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { preflight } from "./preflight.js";

preflight();

const turbo = fileURLToPath(new URL("../node_modules/turbo/bin/turbo", import.meta.url));
const quiet = [
  "--output-logs=errors-only",
  "--log-prefix=none",
  "--log-order=grouped",
  "--continue=dependencies-successful",
];
const { status, stdout, stderr, error } = spawnSync(
  process.execPath,
  [turbo, "run", ...process.argv.slice(2), ...quiet],
  {
    encoding: "utf8",
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" },
    maxBuffer: 64 * 1024 * 1024,
  },
);
if (status !== 0) {
  process.stdout.write(stdout ?? "");
  process.stderr.write(stderr ?? "");
  if (error !== undefined) console.error(error.message);
  process.exitCode = status ?? 1;
}
