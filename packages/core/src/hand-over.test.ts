import { expect, test } from "vitest";
import { jsonResponse } from "../test/responses.ts";
import { CODE, ID, provisionResponse, provisionStart, SECONDS, AT } from "../test/messages.ts";
import { unwrap } from "../test/unwrap.ts";
import { provisionSituations } from "../test/provision-situations.ts";
import { redemptionSituations } from "../test/redemption-situations.ts";
import { namesOf } from "../test/specification.ts";
import { canHandOver, handOver } from "./hand-over.ts";
import type { Json } from "./json.ts";
import { startProvision } from "./machines/provision.ts";
import { observe } from "./transaction.ts";

const sell = (response: Json) => {
  const { transaction } = unwrap(startProvision(provisionStart({ messaging: "single" })));
  const httpResponse = jsonResponse(200, response);
  return observe(transaction, { type: "response", attempt: 0, at: AT + SECONDS, ...httpResponse }).transaction;
};

const sellAndHandOver = (response: Json) => {
  const transaction = sell(response);
  if (!canHandOver(transaction)) throw new Error("not sold");
  return handOver(transaction);
};

test("only a sale whose confirmation is decided, or needs none, may be handed over", () => {
  const provisions = namesOf(provisionSituations).filter((name) => canHandOver(provisionSituations[name]()));
  const redemptions = namesOf(redemptionSituations).filter((name) => canHandOver(redemptionSituations[name]()));
  expect(provisions).toEqual(["completed", "confirming", "confirmed"]);
  expect(redemptions).toEqual([]);
});

test("everything that the customer needs is handed over, as Electrum sent it", () => {
  const pin = { type: "CLEAR_PIN", pin: "0042", unknown: 1 };
  const slipData = { messageLines: [{ text: `Your code: ${CODE}` }] };
  const rest = { serialNumber: "S".repeat(99), expiryDate: "some day", redeemInstructions: ["Dial", "Enter"] };
  expect(sellAndHandOver({ id: ID, voucher: { code: CODE, pin, ...rest, extra: true }, slipData, rrn: "1" })).toEqual({
    code: CODE,
    pin,
    ...rest,
    slipData,
  });
});

test.each<[string, Json]>([
  ["absent", {}],
  ["null", { pin: null, serialNumber: null, expiryDate: null, redeemInstructions: null }],
  ["of no use", { pin: "0042", serialNumber: 5, expiryDate: {}, redeemInstructions: "Dial" }],
  ["half of use", { pin: [], serialNumber: [], expiryDate: 0, redeemInstructions: ["Dial", 5] }],
])("what is %s is left out", (_, others) => {
  expect(sellAndHandOver({ ...provisionResponse, slipData: null, voucher: { code: CODE, ...Object(others) } })).toEqual(
    {
      code: CODE,
    },
  );
});

test("a sale whose approval holds no code is a defect of the caller: it throws", () => {
  const transaction = sell(provisionResponse);
  if (!canHandOver(transaction)) throw new Error("not sold");
  for (const response of [{}, { voucher: "text" }, { voucher: { code: 5 } }]) {
    expect(() => handOver({ ...transaction, approval: { ...transaction.approval, response } })).toThrow(
      new TypeError("an approved provision always holds a voucher with a code"),
    );
  }
});
