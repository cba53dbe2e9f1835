import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { invariants } from "../../oracle/invariants.ts";
import { detectDefect } from "./detect-defect.ts";
import { defects } from "./defects.ts";

const workspaceRoot = new URL("../../../../", import.meta.url);

/** One defect in so many is planted here, always the same. `pnpm verify model` plants them all. */
const SAMPLE_INTERVAL = 3;

describe("a defect in the code is caught", () => {
  test.each(defects.filter((_, index) => index % SAMPLE_INTERVAL === 0))("$name", async (defect) => {
    expect(await detectDefect(defect)).toMatchObject({ invariant: defect.invariant });
  });
});

describe("the defects", () => {
  test.each(defects)("$name: can be planted, since its file holds the code once", ({ file, original, replacement }) => {
    const parts = readFileSync(new URL(file, workspaceRoot), "utf8").split(original);
    expect(parts).toHaveLength(2);
    expect(replacement).not.toBe(original);
  });

  test("break each of the invariants", () => {
    expect(new Set(defects.map(({ invariant }) => invariant))).toEqual(new Set(Object.keys(invariants)));
  });
});
