import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { DiskCheckResult } from "./disk-check-result.ts";

/** A process that has not ended by then hangs. */
const MAX_WAIT_MS = 300_000;

/** Runs a program in a namespace of its own. What it mounts is unmounted when it ends. */
const namespaceOptions = ["--user", "--map-root-user", "--mount"];

/**
 * A disk of some megabytes that is really full, page by page. `small-disk-main.ts` mounts it in a namespace of its own, if the
 * system allows that without privileges. Otherwise it gives nothing.
 */
export async function checkSmallDisk(folder: string, transactions: number): Promise<DiskCheckResult | undefined> {
  if (!canMount(folder)) return undefined;
  const program = fileURLToPath(new URL("small-disk-main.ts", import.meta.url));
  const node = [process.execPath, "--conditions=@electrum-vouchers/source", "--experimental-strip-types"];
  const child = spawn("unshare", [...namespaceOptions, ...node, program, folder, String(transactions)], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: MAX_WAIT_MS,
  });
  const [output, errorOutput] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  const [mounted, points, ...failures] = output.trimEnd().split("\n");
  if (child.exitCode === 0 && mounted === "mounted") return { points: Number(points), failures };
  return { points: 0, failures: [`on a small disk it died: ${child.signalCode ?? child.exitCode}\n${errorOutput}`] };
}

/** Whether such a disk can be mounted here. If `unshare` is missing, it cannot. */
const canMount = (folder: string): boolean =>
  spawnSync("unshare", [...namespaceOptions, "mount", "-t", "tmpfs", "none", folder]).status === 0;
