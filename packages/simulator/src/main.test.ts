import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { provision, uuid } from "../test/messages.ts";
import { createHttpTill } from "../test/http-till.ts";
import { isJsonObject, parseJson } from "./json.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

interface StartedProgram {
  readonly child: ChildProcess;
  /** Its whole output, once that contains `text`. */
  readonly waitForOutput: (text: string) => Promise<string>;
  /** Its exit code (`null` if a signal ended it), and its standard error. */
  readonly ended: Promise<{ readonly exit: number | null; readonly stderr: string }>;
}

function start(args: readonly string[], channel: "no IPC" | "IPC" = "no IPC"): StartedProgram {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ["pipe", "pipe", "pipe", channel === "IPC" ? "ipc" : "ignore"],
  });
  children.push(child);
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exited = new Promise<number | null>((resolve) => void child.once("exit", resolve));
  const closed = new Promise<void>((resolve) => void child.stderr?.once("close", resolve));
  return {
    child,
    async waitForOutput(text) {
      while (!stdout.includes(text)) await new Promise((resolve) => void setTimeout(resolve, 5));
      return stdout;
    },
    ended: Promise.all([exited, closed]).then(([exit]) => ({ exit, stderr })),
  };
}

const parseListening = (text: string): { readonly url: string; readonly adminUrl: string } => {
  const value = parseJson(text);
  if (!isJsonObject(value)) throw new Error(`not what was expected: ${text}`);
  const { url, adminUrl } = value;
  if (typeof url !== "string" || typeof adminUrl !== "string") throw new Error(`no URL: ${text}`);
  return { url, adminUrl };
};

// Each test starts a process.
describe("the program", { timeout: 60_000 }, () => {
  test("prints its URL and how to stop it once it accepts requests", async () => {
    const { waitForOutput } = start(["--port", "0"]);
    const text = await waitForOutput("Ctrl+C");
    const url = /http:\/\/127\.0\.0\.1:\d+\/suv\/v1/.exec(text)?.[0] ?? "";
    expect((await createHttpTill(url).post("/vouchers", provision(uuid(1)))).status).toBe(201);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("stops cleanly on %s, also during a request", async (signal) => {
    const { child, waitForOutput, ended } = start(["--port", "0", "--json"]);
    const { url, adminUrl } = parseListening(await waitForOutput("\n"));
    const rule = { fault: { kind: "noResponse", processed: false } };
    await fetch(`${adminUrl}/faults`, { method: "POST", body: JSON.stringify(rule) });
    const unanswered = createHttpTill(url)
      .post("/vouchers", provision(uuid(1)))
      .catch(() => "broken");
    while (!(await (await fetch(`${adminUrl}/faults`)).text()).includes('"total":1'));
    child.kill(signal);
    expect(await ended).toEqual({ exit: 0, stderr: "" });
    expect(await unanswered).toBe("broken");
  });

  test("stops when its standard input ends, with --with-parent", async () => {
    const { child, waitForOutput, ended } = start(["--port", "0", "--json", "--with-parent"]);
    await waitForOutput("\n");
    child.stdin?.end();
    expect(await ended).toEqual({ exit: 0, stderr: "" });
  });

  test("sends its URL to the parent over IPC, and stops with it, with --with-parent", async () => {
    const { child, ended } = start(["--port", "0", "--with-parent"], "IPC");
    const message = new Promise<unknown>((resolve) => void child.once("message", resolve));
    expect(await message).toEqual({ type: "listening", url: expect.any(String), adminUrl: expect.any(String) });
    child.disconnect();
    expect(await ended).toEqual({ exit: 0, stderr: "" });
  });

  test("shows what happens with --watch", async () => {
    const { waitForOutput } = start(["--port", "0", "--json", "--watch"]);
    const { url } = parseListening((await waitForOutput("\n")).split("\n")[0] ?? "");
    await createHttpTill(url).post("/vouchers", provision(uuid(1)));
    expect(await waitForOutput("provisionVoucher")).toContain("issued");
  });

  test("prints help", async () => {
    const { waitForOutput, ended } = start(["--help"]);
    expect(await waitForOutput("--help")).toContain("--port NUMBER");
    expect((await ended).exit).toBe(0);
  });

  test("reports faulty options in one line, and exits with 2", async () => {
    expect(await start(["--port", "x"]).ended).toEqual({
      exit: 2,
      stderr: "simulator: --port x: must be a whole number from 0 to 65535\n",
    });
  });

  test("reports in one line that its port is in use, and exits with 1", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    const { exit, stderr } = await start(["--port", port]).ended;
    expect({ exit, lines: stderr.trim().split("\n") }).toEqual({
      exit: 1,
      lines: [expect.stringContaining("EADDRINUSE")],
    });
    other.close();
  });
});
