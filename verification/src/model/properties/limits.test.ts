import { readFileSync } from "node:fs";
import { stellr } from "@electrum-vouchers/core";
import { expect, test } from "vitest";
import { type Configuration, redemption, sale } from "../configuration.ts";
import { explore } from "../search/explore.ts";
import { formatTrace } from "../search/trace.ts";
import { createSystem } from "../system.ts";
import { type ProtocolLimit, limits } from "./limits.ts";

const page = readFileSync(new URL("../../../../docs/limits.md", import.meta.url), "utf8");

/** The smallest configuration that reaches each limit. */
const worlds: Readonly<Record<ProtocolLimit, Configuration>> = {
  lateRequest: sale({ retries: 0 }, { remembersReversals: false, mayArriveLate: true }),
  noReversals: sale({ provider: stellr, retries: 0 }),
  repeatedRequest: redemption({ lookupRetries: 0 }, { mayRepeat: true }),
};

test.each(Object.entries(worlds))("the page about limits shows the shortest trace to %s", (limit, world) => {
  const found = explore(createSystem(world)).limits.find((each) => each.limit === limit);

  expect(page).toContain(
    found === undefined ? "the limit was not found" : `\`\`\`\n${formatTrace(found.counterexample)}\n\`\`\``,
  );
});

test("the page about limits shows no other trace", () => {
  expect(page.match(/^```$/gm)).toHaveLength(2 * Object.keys(limits).length);
});
