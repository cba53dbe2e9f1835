import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCommandLine } from "./options.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "simulator-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const scriptFile = (text: string): string => {
  const file = join(folder, "faults.json");
  writeFileSync(file, text);
  return file;
};

const wrongLines = (...args: readonly string[]): readonly string[] => {
  const reading = readCommandLine(args);
  return reading.type === "invalid" ? reading.lines : [];
};

describe("the command line", () => {
  test("has a default for everything", () => {
    expect(readCommandLine([])).toEqual({
      type: "run",
      commandLine: {
        simulator: {
          port: 8080,
          host: "127.0.0.1",
          allowHosts: [],
          faults: {},
          additionalFields: [],
          seed: 1,
          singleMessagingUsers: [],
          remembersReversals: true,
          strict: false,
          upstreamDeadlineMs: 30_000,
          forwardRepeatMs: 500,
        },
        watch: false,
        json: false,
        stopsWithParent: false,
      },
    });
  });

  test("reads every option", () => {
    const faults = { rules: [{ fault: { kind: "notJson" } }] };
    const plain =
      "--port 0 --host ::1 --allow-host a.test --seed=7 --single-messaging a --single-messaging b --forget-reversals";
    const more =
      "--additional-field loyaltyPoints --strict --upstream-deadline-ms 100 --forward-repeat-ms 10 --watch --json --with-parent --faults";
    const reading = readCommandLine([...`${plain} ${more}`.split(" "), scriptFile(JSON.stringify(faults))]);
    expect(reading).toEqual({
      type: "run",
      commandLine: {
        simulator: {
          port: 0,
          host: "::1",
          allowHosts: ["a.test"],
          faults,
          additionalFields: ["loyaltyPoints"],
          seed: 7,
          singleMessagingUsers: ["a", "b"],
          remembersReversals: false,
          strict: true,
          upstreamDeadlineMs: 100,
          forwardRepeatMs: 10,
        },
        watch: true,
        json: true,
        stopsWithParent: true,
      },
    });
  });

  test("recognises --help", () => {
    expect(readCommandLine(["--help"])).toEqual({ type: "help" });
  });

  test.each([
    [["--prot", "1"], "Unknown option '--prot'"],
    [["8080"], "Unexpected argument '8080'"],
    [["--port"], "Option '--port <value>' argument missing"],
    [["--port", "x"], "--port x: must be a whole number from 0 to 65535"],
    [["--port", ""], "--port : must be a whole number from 0 to 65535"],
    [["--port", "65536"], "--port 65536: must be a whole number from 0 to 65535"],
    [["--seed", "1.5"], "--seed 1.5: must be a whole number"],
    [["--faults", "/no/such/file"], "--faults /no/such/file: cannot be read"],
  ])("%j gives one clear line", (args, line) => {
    const lines = wrongLines(...args);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(line);
  });

  test("reports every fault at once, also in a script", () => {
    const file = scriptFile('{ "rules": [{ "fault": { "kind": "explode" } }, {}] }');
    expect(wrongLines("--port", "x", "--faults", file)).toEqual([
      expect.stringContaining(`--faults ${file}: rules[0].fault.kind must be one of refused, `),
      `--faults ${file}: rules[1].fault is required`,
      "--port x: must be a whole number from 0 to 65535",
    ]);
    expect(wrongLines("--faults", scriptFile("{"))).toEqual([`--faults ${file}: must be JSON`]);
    expect(wrongLines("--faults", scriptFile("[]"))).toEqual([`--faults ${file}: the script must be an object`]);
  });
});
