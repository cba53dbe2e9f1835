import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readGiven } from "../src/cli/arguments.ts";
import { commands } from "../src/cli/commands.ts";
import { hintsIn } from "./hints.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/operating.md"), "utf8");

// In the page, a command begins its line.
const shown = hintsIn(page.replaceAll(/^vouchers /gm, "  vouchers "));

describe("docs/operating.md", () => {
  it("shows commands", () => {
    expect(shown.length).toBeGreaterThan(20);
  });

  it.each(shown.map((command) => [command.join(" "), command] as const))("vouchers %s", (_, [name, ...args]) => {
    const command = commands.find((each) => each.name === name);
    expect(command).toBeDefined();
    expect(command === undefined ? undefined : readGiven(command, args).isOk()).toBe(true);
  });
});
