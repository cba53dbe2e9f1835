import { describe, expect, test } from "vitest";
import { redactBody, redactTarget } from "./redact.ts";

describe("a logged body", () => {
  test("keeps harmless fields, and masks secrets and personal data, at any depth", () => {
    const body = {
      id: "1",
      voucher: { code: "C", serialNumber: "S", pin: { type: "CLEAR_PIN", pin: "P" } },
      tenders: [{ tenderType: "CREDIT_CARD", cardNumber: "4" }],
      slipData: { messageLines: [{ text: "Voucher C" }] },
      recipient: { firstName: "F" },
      customer: { firstName: "F" },
    };
    expect(redactBody(JSON.stringify(body))).toEqual({
      id: "1",
      voucher: { code: "***", serialNumber: "S", pin: "***" },
      tenders: [{ tenderType: "CREDIT_CARD", cardNumber: "***" }],
      slipData: "***",
      recipient: "***",
      customer: "***",
    });
  });

  test("deeper than any message is masked as a whole", () => {
    const nested = `${'{"a":'.repeat(20)}"secret"${"}".repeat(20)}`;
    expect(JSON.stringify(redactBody(nested))).toBe(`${'{"a":'.repeat(13)}"***"${"}".repeat(13)}`);
  });

  test("that is not JSON, or longer than any message, is only logged by its length", () => {
    expect(redactBody("{secret")).toBe("(7 characters, not parsed)");
    expect(redactBody(JSON.stringify("x".repeat(20_000)))).toBe("(20002 characters, not parsed)");
  });

  test("that is empty is null", () => {
    expect(redactBody("")).toBeNull();
  });
});

test("a logged target has no voucher code", () => {
  expect(redactTarget("/vouchers?voucherCode=C&receiverInstId=1")).toBe("/vouchers?voucherCode=***&receiverInstId=1");
  expect(redactTarget("/redemptions/1")).toBe("/redemptions/1");
});
