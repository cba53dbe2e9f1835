import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { computeBalance, type Simulator, startSimulator, transactionsWithId } from "@electrum-vouchers/simulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { manifestOf } from "../manifest.ts";
import { publishableIn } from "../packed-package.ts";
import type { LocalRegistry } from "../registry/local-registry.ts";
import { serveWorkspace } from "../registry/serve-workspace.ts";
import { runCommandAsync } from "../run-command.ts";
import { workspaceRoot } from "../workspace.ts";
import { environmentIn } from "./environment.ts";
import { provisionRequest } from "./provision-request.ts";

// The README's programs as a user runs them: installed from tarballs into an empty folder, with npm and with pnpm. The registry
// is a server in this process, so nothing outside loopback is asked.

const root = workspaceRoot();
const folder = mkdtempSync(join(tmpdir(), "electrum-vouchers-installed-"));
const programs = ["sell-a-voucher.ts", "core-alone.ts", "core-alone-main.ts"];

/** The packages that the README says to install. */
const installed = [...readFileSync(join(root, "README.md"), "utf8").matchAll(/^npm install (@.+)$/gm)].flatMap(
  ([, names = ""]) => names.split(/\s+/),
);

let registry: LocalRegistry;
let simulator: Simulator;

beforeAll(async () => {
  // The test kit is left out: it brings a test runner, and the README's programs do not use it.
  const folders = publishableIn(root).filter((each) => manifestOf(each).get("name") !== "@electrum-vouchers/testkit");
  const tarballs = mkdtempSync(join(folder, "tarballs-"));
  registry = await serveWorkspace(folders, tarballs, environmentIn(join(folder, "home")));
  simulator = await startSimulator();
});

afterAll(async () => {
  await registry.close();
  await simulator.stop();
  rmSync(folder, { recursive: true });
});

describe.each([
  { manager: "npm", command: "install" },
  { manager: "pnpm", command: "add" },
])("in an empty folder, with $manager", ({ manager, command }) => {
  const project = join(folder, manager);
  const node = (...args: readonly string[]): Promise<string> => runCommandAsync(process.execPath, args, project);

  beforeAll(async () => {
    mkdirSync(project);
    writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
    writeFileSync(join(project, ".npmrc"), `registry=${registry.url}/\n`);
    for (const program of programs) cpSync(join(root, "tools/consumer", program), join(project, program));
    await runCommandAsync(manager, [command, ...installed], project, environmentIn(join(folder, `${manager}-home`)));
  });

  test("the README's packages were installed from the tarballs", () => {
    expect(installed).toHaveLength(5);
    for (const name of installed) expect(manifestOf(join(project, "node_modules", name)).get("name")).toBe(name);
  });

  test("the programs compile against what was installed", async () => {
    const compiler = ["--strict", "--noEmit", "--target", "es2024", "--module", "nodenext"];
    const types = ["--allowImportingTsExtensions", "--types", "node", "--typeRoots", join(root, "node_modules/@types")];
    expect(await node(join(root, "node_modules/typescript/bin/tsc"), ...compiler, ...types, ...programs)).toBe("");
  });

  test("the till sells a voucher", async () => {
    expect(await node("sell-a-voucher.ts")).toMatch(/^voucher \d{16}\n$/);
  });

  test("the core alone sells a voucher, and delivers its confirmation", async () => {
    const id = randomUUID();

    expect(await node("core-alone-main.ts", simulator.url, `${id}.json`, "sell", requestText(id))).toMatch(
      /^voucher \d{16}\n$/,
    );

    expect(transactionsWithId(simulator.world(), id)).toMatchObject([{ state: "confirmed" }]);
  });

  test.concurrent.each([
    ["once the sale is stored, before its request is sent", "save 1", "reversed"],
    ["once the request was processed, before the response is stored", "receive /vouchers", "reversed"],
    ["once the approval is stored, before the customer has paid", "save 2", "reversed"],
    ["once the confirmation is stored, before it is sent", "save 3", "confirmed"],
    ["once the confirmation was delivered, before that is stored", "receive /vouchers/confirmations", "confirmed"],
  ])("the core alone, killed %s, finishes the sale at the next start", async (_, point, state) => {
    const id = randomUUID();

    const program = ["core-alone-main.ts", simulator.url, `${id}.json`];

    expect(await killed(project, [...program, "sell", requestText(id), point])).toBe("SIGKILL");
    await node(...program, "finish");

    expect(transactionsWithId(simulator.world(), id)).toMatchObject([{ state }]);
    expect(computeBalance(simulator.world()).discrepancies).toEqual([]);
  });
});

const requestText = (id: string): string => JSON.stringify(provisionRequest(id));

/** The signal that ended a program. */
const killed = (cwd: string, args: readonly string[]): Promise<string | null | undefined> =>
  new Promise((resolve) => {
    execFile(process.execPath, args, { cwd }, (error) => resolve(error?.signal));
  });
