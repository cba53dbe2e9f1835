import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { HostFigures } from "./hosts-child.ts";
import type { HostStore } from "./host-store.ts";

/** Far longer than a child takes. */
const MAX_CHILD_MS = 300_000;

/** What several processes took together. */
export interface HostsFigures {
  readonly perSecond: number;
  /** Of all tills together, for one sale. */
  readonly cpuMsPerSale: number;
  /** The share of confirmations that another process delivered than the one that made the sale. */
  readonly deliveredByOthers: number;
}

/** Has so many processes make whole sales on one store at once. They begin together. */
export async function sellOnHosts(
  store: HostStore,
  url: string,
  {
    processes,
    sales,
    concurrency,
  }: { readonly processes: number; readonly sales: number; readonly concurrency: number },
  whenReady: () => void = () => {},
): Promise<HostsFigures> {
  const each = Math.ceil(sales / processes);
  const hosts = Array.from({ length: processes }, () => startHost([url, String(each), String(concurrency), ...store]));
  await Promise.all(hosts.map(({ ready }) => ready));
  whenReady();
  for (const { begin } of hosts) begin();
  const figures = await Promise.all(hosts.map(({ done }) => done));
  const sum = (valueOf: (each: HostFigures) => number): number =>
    figures.reduce((total, one) => total + valueOf(one), 0);
  const count = each * processes;
  return {
    perSecond: (count * 1_000) / Math.max(...figures.map(({ elapsedMs }) => elapsedMs)),
    cpuMsPerSale: sum(({ cpuMs }) => cpuMs) / count,
    deliveredByOthers: sum(({ deliveredForOthers }) => deliveredForOthers) / count,
  };
}

function startHost(args: readonly string[]): { ready: Promise<unknown>; begin(): void; done: Promise<HostFigures> } {
  const child = spawn(process.execPath, [...process.execArgv, join(import.meta.dirname, "hosts-child.ts"), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    timeout: MAX_CHILD_MS,
  });
  const output = createInterface({ input: child.stdout });
  const lines: string[] = [];
  output.on("line", (line) => void lines.push(line));
  return {
    ready: Promise.race([once(output, "line"), once(child, "close")]),
    begin: () => void child.stdin.write("go\n"),
    done: once(child, "close").then(() => parseFigures(lines[1])),
  };
}

function parseFigures(line: string | undefined): HostFigures {
  const figures: unknown = JSON.parse(line ?? "null");
  const read = (name: keyof HostFigures): number => Number(Reflect.get(Object(figures), name));
  return { elapsedMs: read("elapsedMs"), cpuMs: read("cpuMs"), deliveredForOthers: read("deliveredForOthers") };
}
