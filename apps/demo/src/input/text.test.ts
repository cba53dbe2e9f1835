import { describe, expect, it } from "vitest";
import { findDuplicateFields } from "./duplicate-fields.ts";
import { decodeFile } from "./text.ts";

describe("the text of a file", () => {
  it("is UTF-8, with or without a byte order mark, which is no content", () => {
    expect(decodeFile(Buffer.from("R 10,00 – é"))._unsafeUnwrap()).toBe("R 10,00 – é");
    expect(decodeFile(Buffer.from("\ufeff123\r\n"))._unsafeUnwrap()).toBe("123\r\n");
  });

  it.each([
    ["UTF-16, little end first", Buffer.from("\ufeff{}", "utf16le"), "is UTF-16; expected UTF-8"],
    ["UTF-16, big end first", Buffer.from("\ufeff{}", "utf16le").swap16(), "is UTF-16; expected UTF-8"],
    [
      "UTF-16 without a mark",
      Buffer.from("{}", "utf16le"),
      "holds NUL, as UTF-16 or a binary file does; expected UTF-8 text",
    ],
    ["Latin 1", Buffer.from("café", "latin1"), "is not UTF-8; expected UTF-8 text"],
  ])("in another encoding is named: %s", (_, bytes, fault) => {
    expect(decodeFile(bytes)._unsafeUnwrapErr()).toBe(fault);
  });
});

describe("fields that stand twice", () => {
  it.each<[string, readonly string[]]>([
    ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', []],
    ['{"a":1,"a":2}', ["a"]],
    ['{"amounts":{"requestAmount":{"amount":1,"amount":2}}}', ["amounts.requestAmount.amount"]],
    ['{"tenders":[{"amount":1},{"amount":2,"amount":3}]}', ["tenders.1.amount"]],
    ['{"a":1,"\\u0061":2}', ["a"]],
    ['{"a":"\\"a\\":1,\\"a\\"","b":"{\\"b\\":"}', []],
    ['["a",{"a":["b","b"]}]', []],
    [
      `{${Array.from({ length: 20 }, (_, n) => `"${n}":1,"${n}":2`).join()}}`,
      Array.from({ length: 10 }, (_, n) => `${n}`),
    ],
  ])("in %s", (json, expected) => {
    expect(findDuplicateFields(json)).toEqual(expected);
  });
});
