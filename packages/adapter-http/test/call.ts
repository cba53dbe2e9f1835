import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { TransportName } from "./port.ts";

/** Far more than such a process needs, and far less than a leftover timer would keep it alive. */
const PATIENCE_MS = 20_000;

/** The outcomes of messages that another process sent, once that process has ended by itself. */
export async function callFromAnotherProcess(
  {
    baseUrl,
    withResponse,
    withoutResponse = 0,
    transport,
  }: { baseUrl: string; withResponse: number; withoutResponse?: number; transport: TransportName },
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const caller = spawn(
    process.execPath,
    [
      "--conditions=@electrum-vouchers/source",
      "--experimental-strip-types",
      fileURLToPath(new URL("caller.ts", import.meta.url)),
      baseUrl,
      String(withResponse),
      String(withoutResponse),
      transport,
    ],
    { env: { ...process.env, ...environment }, timeout: PATIENCE_MS, stdio: ["ignore", "pipe", "pipe"] },
  );
  const [outcomes, complaint] = await Promise.all([text(caller.stdout), text(caller.stderr), once(caller, "exit")]);
  if (caller.exitCode !== 0)
    throw new Error(`the caller ended with ${caller.exitCode ?? caller.signalCode}: ${complaint}`);
  return outcomes.split(" ");
}
