import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { HandOver } from "@electrum-vouchers/core";
import { uuid } from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { describeAlert } from "./alert.ts";
import { describeTillError } from "./ending.ts";
import { voucherLines } from "./voucher.ts";
import { jsonLine, writeLines } from "./write-lines.ts";

/** Clears the screen, writes a line that looks like ours, turns the direction, and sets the window's title. */
const HOSTILE = "\u001b[2J\nalert: all is well\u202e\u009d0;x\u0007\u001b[31m";
const ESCAPED = "\\u{1b}[2J\\u{a}alert: all is well\\u{202e}\\u{9d}0;x\\u{7}\\u{1b}[31m";

const written = (lines: readonly string[]): string => {
  const texts: string[] = [];
  writeLines({ write: (text: string) => texts.push(text) > 0 }, lines);
  return texts.join("");
};

describe("nothing from outside is printed raw:", () => {
  test("a line has its colours, and no other control character", () => {
    expect(written(["\u001b[31mred\u001b[39m\u001b[2J\u0007", "three"])).toBe(
      "\u001b[31mred\u001b[39m\\u{1b}[2J\\u{7}\nthree\n",
    );
  });

  test("a voucher and its slip", () => {
    const given: HandOver = {
      voucher: {
        code: HOSTILE,
        pin: { pin: HOSTILE },
        serialNumber: HOSTILE,
        expiryDate: HOSTILE,
        redeemInstructions: ["one\ntwo", `\u001b[31mred`],
      },
      slipData: { messageLines: [{ text: `\u009b2J` }] },
    };
    const text = voucherLines(given).slice(1).join("\n");
    expect(text).not.toMatch(CONTROLS);
    expect(text.split("\n")).toHaveLength(8);
    expect(text).toContain(`code           ${ESCAPED}`);
  });

  test.each([
    describeAlert({ reason: "credentials", id: uuid(1), operation: "confirmVoucher", client: HOSTILE, status: 401 }),
    describeAlert({ reason: "damagedRecord", id: uuid(1), description: HOSTILE }),
    describeAlert({ reason: "outboxUnavailable", error: { type: "unavailable", reason: "failed", detail: HOSTILE } }),
  ])("an alert: %j", (line) => {
    expect(line).toContain(ESCAPED);
    expect(line).not.toMatch(CONTROLS);
  });

  test("why a till did not do something", () => {
    const line = describeTillError({
      type: "refused",
      refusal: { type: "invalidMessage", faults: [{ path: HOSTILE, expected: "x" }] },
    });
    expect(line).toContain(ESCAPED);
    expect(line).not.toMatch(CONTROLS);
  });

  test("JSON: it says the same, and moves no terminal", () => {
    const value = { text: `${HOSTILE}\u{e0001}` };
    expect(jsonLine(value)).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(JSON.parse(jsonLine(value))).toEqual(value);
  });

  test("no other file of the demo writes to a terminal", () => {
    const folder = join(import.meta.dirname, "..");
    const writers = globSync("**/*.ts", { cwd: folder }).filter((path) =>
      /std(out|err)\.write\(|console\./.test(readFileSync(join(folder, path), "utf8")),
    );
    expect(writers.filter((path) => !path.endsWith(".test.ts"))).toEqual([]);
  });
});

// oxlint-disable-next-line no-control-regex -- these are what must not be there, but for the ends of lines
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;
