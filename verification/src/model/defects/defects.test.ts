import { describe, expect, test } from "vitest";
import { invariants } from "../../oracle/invariants.ts";
import { detectDefect } from "./detect-defect.ts";
import { defects } from "./defects.ts";

describe("a defect in the code is caught", () => {
  test.each(defects)("$name", async (defect) => {
    expect(await detectDefect(defect)).toMatchObject({ invariant: defect.invariant });
  });

  test("by each of the invariants", () => {
    expect(new Set(defects.map(({ invariant }) => invariant))).toEqual(new Set(Object.keys(invariants)));
  });
});
