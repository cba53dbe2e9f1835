import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CODE } from "../test/messages.ts";
import type { HandOver } from "./hand-over.ts";
import { printable } from "./printable.ts";
import { renderSlip } from "./slip.ts";

const voucher = {
  code: CODE,
  pin: { type: "CLEAR_PIN", pin: "0042" },
  serialNumber: "S-1",
  expiryDate: "2027-11-30T00:00:00.000Z",
  redeemInstructions: ["Dial *130*1# and enter the code, then the amount of this voucher"],
};

const textOf = (handOver: HandOver, width?: number): readonly string[] =>
  renderSlip(handOver, width === undefined ? {} : { width }).map(({ text }) => text);

describe("a slip", () => {
  test("has what a customer needs, if Electrum sent no text for it", () => {
    expect(textOf({ voucher })).toEqual([
      "Code: 4411 9920 8765 5331",
      "Pin: 0042",
      "Serial number: S-1",
      "Valid until: 2027-11-30",
      "Dial *130*1# and enter the code, then",
      "the amount of this voucher",
    ]);
  });

  test("is Electrum's own text where that has the code, line by line, with its cuts and barcodes", () => {
    const barcode = { data: CODE, encoding: "CODE128" };
    const messageLines = [
      { text: "Thank you" },
      { text: "Your code", line: true, barcode },
      { text: "Goodbye", cut: true },
    ];
    expect(renderSlip({ voucher, slipData: { messageLines, slipWidth: 20 } })).toEqual([
      { text: "Thank you" },
      { text: "Your code" },
      { text: "-".repeat(20) },
      { text: CODE, barcode },
      { text: "Goodbye", cut: true },
    ]);
  });

  test("says the code itself where Electrum's text does not", () => {
    expect(textOf({ voucher: { code: CODE }, slipData: { messageLines: [{ text: "Thank you" }] } })).toEqual([
      "Thank you",
      "Code: 4411 9920 8765 5331",
    ]);
  });

  test("says at its head and at its end that it is a copy, and which", () => {
    const lines = textOf({ voucher: { code: CODE }, copy: 2 }, 20);
    expect([lines.at(0), lines.at(-1)]).toEqual(["       COPY 2", "       COPY 2"]);
  });

  test("names a change voucher, since the customer does not expect one; without one it names none", () => {
    expect(renderSlip({ voucher: { code: CODE } }, { isChange: true, width: 20 }).at(0)).toEqual({
      text: "   CHANGE VOUCHER",
    });
    expect(renderSlip({}, { isChange: true })).toEqual([]);
  });

  test("gives a printer no commands of strangers", () => {
    const [line = ""] = textOf({ slipData: { messageLines: [{ text: "\u001b@\u0007" }] } });
    expect(line).not.toContain("\u001b");
    expect(printable(line)).toBe(line);
  });

  test("fits the printer, and nothing of it is lost", () => {
    const lines = fc.array(fc.record({ text: fc.stringMatching(/^[a-z ]{0,200}$/) }), { maxLength: 5 });
    fc.assert(
      fc.property(lines, fc.integer({ min: 16, max: 60 }), (messageLines, width) => {
        const printed = textOf({ slipData: { messageLines } }, width);
        expect(Math.max(0, ...printed.map((line) => line.length))).toBeLessThanOrEqual(width);
        const letters = (texts: readonly string[]): string => texts.join("").replaceAll(" ", "");
        expect(letters(printed)).toBe(letters(messageLines.map(({ text }) => text)));
      }),
    );
  });

  test.each([
    [3, 16],
    [Number.NaN, 40],
    [10_000, 250],
  ])("of a width of %s has a sensible one instead", (width, columns) => {
    const line = renderSlip({ slipData: { messageLines: [{ text: "x", line: true }] } }, { width }).at(1);
    expect(line?.text).toBe("-".repeat(columns));
  });
});
