import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { DiskCheckResult } from "./disk-check-result.ts";

/** Whoever has not ended by then has lost its way. */
const MAX_WAIT_MS = 300_000;

/** Runs a program in a namespace of its own: what it mounts there is gone when it ends. */
const namespaceOptions = ["--user", "--map-root-user", "--mount"];

/**
 * A disk of some megabytes that is truly full, page by page. `small-disk-main.ts` mounts it in a namespace of its own, where
 * the system lets everybody do so; nothing comes of it where it does not.
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

/** Whether such a disk can be had here at all. No such program: then nothing may be mounted either. */
const canMount = (folder: string): boolean =>
  spawnSync("unshare", [...namespaceOptions, "mount", "-t", "tmpfs", "none", folder]).status === 0;
