import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { attentionPage } from "./page.ts";

test("the page of what needs attention says what the programs say", () => {
  const page = readFileSync(new URL("../../../docs/attention.md", import.meta.url), "utf8");
  expect(page).toBe(attentionPage());
});
