import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { stateMachinesPage } from "./page.ts";

test("the page of the state machines shows the shipped machines", () => {
  const page = readFileSync(new URL("../../../docs/state-machines.md", import.meta.url), "utf8");
  expect(page).toBe(stateMachinesPage());
});
