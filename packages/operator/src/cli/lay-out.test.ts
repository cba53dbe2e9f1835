import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commandLine, textLine, wholeLine } from "../text/report-line.ts";
import { layOut } from "./lay-out.ts";
import { nearest } from "./nearest.ts";
import { tableLines } from "./table.ts";

const textsOf = (lines: ReturnType<typeof layOut>): readonly string[] => lines.map(({ text }) => text);

describe("the layout of lines", () => {
  it("breaks between words, and sets what follows a little further in", () => {
    const lines = [textLine("  check: ask Electrum whether it has the confirmation")];
    expect(textsOf(layOut(lines, { width: 30, isPlain: false }))).toEqual([
      "  check: ask Electrum whether",
      "    it has the confirmation",
    ]);
  });

  it("never breaks what is pasted or printed", () => {
    const command = `vouchers resolve till.db 95f2 --reason "${"x".repeat(100)}"`;
    expect(textsOf(layOut([commandLine(command)], { width: 40, isPlain: false }))).toEqual([`  ${command}`]);
  });

  it("fits the width, whatever the text, and loses no character but spaces", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 20, max: 120 }), (text, width) => {
        const shown = textsOf(layOut([textLine(text)], { width, isPlain: true }));
        for (const line of shown) expect(line.length).toBeLessThanOrEqual(width);
        expect(shown.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
      }),
    );
  });

  it("shows no control character, and with plain no special one of its own", () => {
    const [line = ""] = textsOf(layOut([wholeLine("disputed → resolved\u001b[2J …")], { width: 80, isPlain: true }));
    expect(line).toBe(String.raw`disputed -> resolved\u{1b}[2J ~`);
  });
});

describe("a table", () => {
  it("cuts one column so that each line fits", () => {
    const rows = [["95f2f539", "a reason that is much too long for the line", "resend | resolve"]];
    const lines = tableLines(["ID", "WHY", "DO"], rows, { width: 40, cutColumn: 1 });
    expect(textsOf(lines)).toEqual(["ID        WHY           DO", "95f2f539  a reason th…  resend | resolve"]);
  });
});

describe("the word that was meant", () => {
  it("is the one with the fewest differences, if they are few", () => {
    expect(nearest("stauts", ["status", "show"])).toBe("status");
    expect(nearest("attentoin", ["attention", "amount"])).toBe("attention");
    expect(nearest("xyz", ["status", "show"])).toBeUndefined();
  });
});
