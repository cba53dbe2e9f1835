import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { TransportName } from "./port.ts";

/** Far more than such a process needs, far less than a timer that it forgot would keep it alive. */
const PATIENCE_MS = 20_000;

/** What became of the messages that a process of its own sent, once it has ended by itself. */
export async function callFromAnotherProcess(
  {
    baseUrl,
    answered,
    unanswered = 0,
    transport,
  }: { baseUrl: string; answered: number; unanswered?: number; transport: TransportName },
  environment: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const caller = spawn(
    process.execPath,
    [
      "--conditions=@electrum-vouchers/source",
      "--experimental-strip-types",
      fileURLToPath(new URL("caller.ts", import.meta.url)),
      baseUrl,
      String(answered),
      String(unanswered),
      transport,
    ],
    { env: { ...process.env, ...environment }, timeout: PATIENCE_MS, stdio: ["ignore", "pipe", "pipe"] },
  );
  const [outcomes, complaint] = await Promise.all([text(caller.stdout), text(caller.stderr), once(caller, "exit")]);
  if (caller.exitCode !== 0)
    throw new Error(`the caller ended with ${caller.exitCode ?? caller.signalCode}: ${complaint}`);
  return outcomes.split(" ");
}
