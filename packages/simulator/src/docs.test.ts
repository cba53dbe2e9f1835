import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faultKinds } from "./faults/fault.ts";
import { readFaultPlan } from "./faults/plan.ts";
import { type Simulator, startSimulator } from "./http/simulator.ts";
import { parseJson } from "./json.ts";

// The examples on the simulator's page are run.

/** The whole output of a program. */
const run = (program: string, args: readonly string[], folder: string): Promise<string> =>
  new Promise((resolve) => {
    execFile(program, args, { cwd: folder }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const page = readFileSync(fileOf("../../../docs/simulator.md"), "utf8");

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocks: readonly Block[] = [...page.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(
  ([, language = "", text = ""]) => ({ language, text }),
);

const blocksIn = (wanted: string): readonly Block[] => blocks.filter(({ language }) => language === wanted);

const hasCurl = spawnSync("curl", ["--version"]).status === 0;

let simulator: Simulator;
let folder: string;

beforeAll(async () => {
  simulator = await startSimulator();
  folder = mkdtempSync(join(tmpdir(), "simulator-"));
});

afterAll(async () => {
  await simulator.stop();
  rmSync(folder, { recursive: true });
});

describe("docs/simulator.md", () => {
  test.skipIf(!hasCurl)("its curl examples print what it shows, one after the other", { timeout: 60_000 }, async () => {
    const { host } = new URL(simulator.url);
    const examples = blocks.flatMap((block, index) => {
      const printed = blocks[index + 1];
      return block.language === "sh"
        ? [{ script: block.text, printed: printed?.language === "json" ? printed.text : "" }]
        : [];
    });
    expect(examples.length).toBeGreaterThan(5);
    for (const { script, printed } of examples) {
      const output = await run("sh", ["-e", "-c", script.replaceAll("127.0.0.1:8080", host)], folder);
      expect(parseJson(output)).toMatchObject(objectIn(printed));
    }
  });

  test("its fault scripts are valid", () => {
    const scripts = blocksIn("json fault-plan").map(({ text }) => readFaultPlan(parseJson(text) ?? null));
    expect(scripts.map(({ type }) => type)).toEqual(["valid", "valid"]);
  });

  test("it names each kind of fault", () => {
    const named = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, kind]) => kind);
    expect(named).toEqual(faultKinds);
  });

  test("its TypeScript compiles and runs", { timeout: 60_000 }, async () => {
    const files = blocksIn("ts").map(({ text }, index) => {
      const file = join(folder, `example-${index}.ts`);
      writeFileSync(file, text.replaceAll("@electrum-vouchers/simulator", fileOf("index.ts")));
      return file;
    });
    expect(files).toHaveLength(2);
    const compilerOptions = {
      noEmit: true,
      rewriteRelativeImportExtensions: false,
      types: ["node"],
      typeRoots: [fileOf("../../../node_modules/@types")],
      customConditions: ["@electrum-vouchers/source"],
    };
    const tsconfig = { extends: fileOf("../../../tsconfig.base.json"), compilerOptions, files };
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
    expect(await run(fileOf("../../../node_modules/.bin/tsc"), ["-p", "."], folder)).toBe("");
    for (const file of files) expect(await run(process.execPath, [file], folder)).toBe("");
  });
});

function objectIn(text: string): object {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) throw new Error(`no JSON: ${text}`);
  return value;
}
