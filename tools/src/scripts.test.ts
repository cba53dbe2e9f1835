import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { closingLine } from "../closing-line.js";
import { nodeFault } from "../preflight.js";

describe("the closing line never calls a failed run a success", () => {
  const report = (fields: object): string =>
    JSON.stringify({ numPassedTests: 12, numFailedTests: 0, success: true, ...fields });

  it.each([
    ["all passed", report({}), 0, "12 passed, 0 failed"],
    ["tests failed", report({ numFailedTests: 2, success: false }), 1, "12 passed, 2 failed"],
    ["all passed, but the demo after them failed", report({}), 3, "12 passed, 1 failed"],
    ["an error outside any test", report({ success: false }), 1, "12 passed, 1 failed"],
    ["an unsuccessful run that exits with 0", report({ success: false }), 0, "12 passed, 1 failed"],
    ["nothing ran", report({ numPassedTests: 0 }), 0, "0 passed, 1 failed"],
    ["no report", "", 0, "0 passed, 1 failed"],
    ["half a report", report({}).slice(0, 20), 0, "0 passed, 1 failed"],
    ["a report without counts", "{}", 0, "0 passed, 1 failed"],
    ["a report that is no object", "null", 0, "0 passed, 1 failed"],
  ])("%s", (_, results, exitStatus, line) => {
    expect(closingLine(results, exitStatus)).toBe(line);
  });

  it("is printed even if the report was never written", () => {
    const script = join(import.meta.dirname, "../closing-line.js");
    expect(execFileSync(process.execPath, [script, "no such file", "0"], { encoding: "utf8" })).toBe(
      "0 passed, 1 failed\n",
    );
  });
});

describe("the preflight names a Node that is too old", () => {
  it.each(["18.20.8", "20.20.2", "22.10.0", "22.13.1"])("%s is refused in one line", (version) => {
    expect(nodeFault(version)).toMatch(/^This needs Node 22\.14 or newer, and found Node \S+: .*\.$/);
  });

  it.each(["22.14.0", "22.21.1", "24.21.0", "26.0.0"])("%s will do", (version) => {
    expect(nodeFault(version)).toBeUndefined();
  });
});
