import { describe, expect, test } from "vitest";
import { invariants } from "../judgement/invariants.ts";
import { catchDefect } from "./catch.ts";
import { defects } from "./defects.ts";

describe("a defect in the code is caught", () => {
  test.each(defects)("$name", async (defect) => {
    expect(await catchDefect(defect)).toMatchObject({ invariant: defect.breaks });
  });

  test("by each of the invariants", () => {
    expect(new Set(defects.map(({ breaks }) => breaks))).toEqual(new Set(Object.keys(invariants)));
  });
});
