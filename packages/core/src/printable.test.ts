import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printable } from "./printable.ts";

describe("a text from outside, as it may be printed", () => {
  test.each([
    ["a sequence that clears the screen", "a\u001b[2Jb", "a\\u{1b}[2Jb"],
    ["a new line, that would look like one of ours", "a\nalert: b\r", "a\\u{a}alert: b\\u{d}"],
    ["a title of the window", "\u001b]0;x\u0007", "\\u{1b}]0;x\\u{7}"],
    ["a control character of eight bits", "\u009b2J", "\\u{9b}2J"],
    ["another direction", "\u202exe.txt", "\\u{202e}xe.txt"],
    ["characters of no width", "a\u200bb\ufeff", "a\\u{200b}b\\u{feff}"],
    ["half a character", "\ud83d", "\ufffd"],
  ])("%s", (_, text, printed) => {
    expect(printable(text)).toBe(printed);
  });

  test("is left as it is if it can be read", () => {
    expect(printable("R 50,00 · Ölüm für 𝄞 – 日本")).toBe("R 50,00 · Ölüm für 𝄞 – 日本");
  });

  test("holds nothing that moves the cursor, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(printable(printable(text))).toBe(printable(text));
      }),
    );
  });
});
