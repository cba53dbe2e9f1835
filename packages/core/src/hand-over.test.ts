import { describe, expect, test } from "vitest";
import { jsonResponse } from "../test/responses.ts";
import { CODE, ID, provisionResponse, provisionStart, SECONDS, AT } from "../test/messages.ts";
import { unwrap } from "../test/unwrap.ts";
import { provisionSituations } from "../test/provision-situations.ts";
import { redemptionSituations } from "../test/redemption-situations.ts";
import { refundSituations } from "../test/refund-situations.ts";
import { namesOf } from "../test/specification.ts";
import { canHandOver, handOver } from "./hand-over.ts";
import type { Json } from "./json.ts";
import { startProvision } from "./machines/provision.ts";
import { redact } from "./storage/redact.ts";
import { observe } from "./transaction.ts";

const sell = (response: Json) => {
  const { transaction } = unwrap(startProvision(provisionStart({ messaging: "single" })));
  const httpResponse = jsonResponse(200, response);
  return observe(transaction, { type: "response", attempt: 0, at: AT + SECONDS, ...httpResponse }).transaction;
};

const sellAndHandOver = (response: Json) => unwrap(handOver(sell(response)));

describe("a transaction is handed over", () => {
  test("only if its end is decided, and it stands", () => {
    const provisions = namesOf(provisionSituations).filter((name) => canHandOver(provisionSituations[name]()));
    const redemptions = namesOf(redemptionSituations).filter((name) => canHandOver(redemptionSituations[name]()));
    const refunds = namesOf(refundSituations).filter((name) => canHandOver(refundSituations[name]()));
    expect({ provisions, redemptions, refunds }).toMatchInlineSnapshot(`
      {
        "provisions": [
          "completed",
          "confirming",
          "confirmed",
          "confirming, held",
          "disputed confirmation",
          "resolved confirmation",
        ],
        "redemptions": [
          "completed",
          "confirming",
          "confirmed",
          "confirming, held",
          "disputed confirmation",
          "resolved confirmation",
        ],
        "refunds": [
          "completed",
          "confirming",
          "confirming, held",
          "confirmed",
          "disputed confirmation",
          "resolved confirmation",
        ],
      }
    `);
  });

  test("else it says why not, also to a caller that does not ask before", () => {
    const reasons = namesOf(provisionSituations)
      .map((name) => provisionSituations[name]())
      .flatMap((sale) =>
        handOver(sale).match(
          () => [],
          ({ reason }) => [[sale.state, reason]],
        ),
      );
    expect(new Map(reasons.map(([state, reason]) => [state, reason]))).toMatchInlineSnapshot(`
      Map {
        "requesting" => "undecided",
        "waitingToRetry" => "undecided",
        "issued" => "undecided",
        "declined" => "undone",
        "reversing" => "undone",
        "reversed" => "undone",
        "disputed" => "undone",
        "resolved" => "undone",
      }
    `);
  });

  test.each(namesOf(provisionSituations).filter((name) => canHandOver(provisionSituations[name]())))(
    "%s: after redaction there is nothing to give",
    (name) => {
      const { state } = provisionSituations[name]();
      expect(handOver(redact(provisionSituations[name]()))._unsafeUnwrapErr()).toEqual({
        type: "nothingToHandOver",
        reason: "redacted",
        state,
      });
      expect(canHandOver(redact(provisionSituations[name]()))).toBe(false);
    },
  );
});

describe("what a customer is handed", () => {
  test("is the voucher and the text for the receipt, as Electrum sent them", () => {
    const pin = { type: "CLEAR_PIN", pin: "0042" };
    const barcode = { data: CODE, encoding: "CODE128" };
    const slipData = { messageLines: [{ text: `Your code: ${CODE}`, cut: true, barcode }], slipWidth: 40 };
    const rest = { serialNumber: "S".repeat(99), expiryDate: "some day", redeemInstructions: ["Dial", "Enter"] };
    const voucher = { code: CODE, pin, ...rest };
    expect(
      sellAndHandOver({ id: ID, voucher: { ...voucher, extra: true }, slipData: { ...slipData, more: 1 }, rrn: "1" }),
    ).toEqual({ voucher, slipData });
  });

  test.each<[string, Json]>([
    ["absent", {}],
    ["null", { pin: null, serialNumber: null, expiryDate: null, redeemInstructions: null }],
    ["of no use", { pin: "0042", serialNumber: 5, expiryDate: {}, redeemInstructions: "Dial" }],
    ["half of use", { pin: [], serialNumber: [], expiryDate: 0, redeemInstructions: ["Dial", 5] }],
  ])("leaves out what is %s", (_, others) => {
    const response = { ...provisionResponse, slipData: null, voucher: { code: CODE, ...Object(others) } };
    expect(sellAndHandOver(response)).toEqual({ voucher: { code: CODE } });
  });

  test("has those lines of the receipt that hold text", () => {
    const messageLines = [{ text: "one", line: "yes" }, { text: 2 }, "three", null, { text: "four", barcode: {} }];
    expect(sellAndHandOver({ ...provisionResponse, slipData: { messageLines } }).slipData).toEqual({
      messageLines: [{ text: "one" }, { text: "four" }],
    });
  });
});

test("a sale whose approval holds no code is a defect of the caller: it throws", () => {
  const sale = sell(provisionResponse);
  if (sale.state !== "completed") throw new Error("not sold");
  for (const response of [{}, { voucher: "text" }, { voucher: { code: 5 } }]) {
    expect(() => handOver({ ...sale, approval: { ...sale.approval, response } })).toThrow(
      new TypeError("an approved provision always holds a voucher with a code"),
    );
  }
});
