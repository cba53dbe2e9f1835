import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Outcome } from "./outcome.ts";

/** Whoever has not ended by then has lost its way. */
const PATIENCE_MS = 300_000;

/**
 * A disk of some megabytes that is truly full, page by page. `small-disk-main.ts` mounts it in a namespace of its own, where
 * the system lets everybody do so; nothing comes of it where it does not.
 */
export async function onSmallDisk(folder: string, transactions: number): Promise<Outcome | undefined> {
  const program = fileURLToPath(new URL("small-disk-main.ts", import.meta.url));
  const node = [process.execPath, "--conditions=@electrum-vouchers/source", "--experimental-strip-types"];
  const child = spawn(
    "unshare",
    ["--user", "--map-root-user", "--mount", ...node, program, folder, String(transactions)],
    { stdio: ["ignore", "pipe", "ignore"], timeout: PATIENCE_MS },
  );
  // No such program: then it says nothing, as where nothing may be mounted.
  child.on("error", () => {});
  const [mounted, points, ...failures] = (await text(child.stdout)).trimEnd().split("\n");
  if (mounted !== "mounted") return undefined;
  return points === undefined ? { points: 0, failures: ["it died"] } : { points: Number(points), failures };
}
