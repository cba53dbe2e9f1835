import { describe, expect, test } from "vitest";
import { runInvariants } from "../../../oracle/invariants.ts";
import { isolationDefects } from "./defects.ts";
import { detectIsolationDefect } from "./detect-defect.ts";

describe("a defect by which one trouble becomes everybody's is caught", () => {
  test.each(isolationDefects)("$name", async (defect) => {
    expect(await detectIsolationDefect(defect)).toMatchObject({
      violation: expect.stringContaining(runInvariants.healthyUnaffected),
    });
  });
});
