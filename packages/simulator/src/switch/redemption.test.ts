import { describe, expect, test } from "vitest";
import {
  advice,
  confirmation,
  provision,
  redemption,
  refund,
  reversal,
  stellrReceiver,
  uuid,
} from "../../test/messages.ts";
import { type InProcessTill, createInProcessTill } from "../../test/in-process-till.ts";
import { valueAt, textAt } from "../../test/http-till.ts";
import { computeBalance } from "./balance.ts";

const REDEMPTION = uuid(2);
const REFUND = uuid(3);

/** A voucher whose sale is confirmed. */
function createVoucher(
  till: InProcessTill,
  saleId: string = uuid(1),
  changes: Parameters<typeof provision>[1] = {},
): string {
  const code = textAt(till.post("/vouchers", provision(saleId, changes)).body, "voucher.code");
  expect(till.post("/vouchers/confirmations", confirmation(uuid(11), saleId)).status).toBe(202);
  return code;
}

describe("redeemVoucher", () => {
  test("approves the requested amount, and keeps the other amounts", () => {
    const till = createInProcessTill();
    const amounts = { requestAmount: { amount: 100, currency: "710" }, feeAmount: { amount: 1, currency: "710" } };
    const { body } = till.post("/redemptions", redemption(REDEMPTION, createVoucher(till), { amounts }));
    expect(body["amounts"]).toEqual({ ...amounts, approvedAmount: amounts.requestAmount });
  });

  test("approves the voucher's value if no amount is requested", () => {
    const till = createInProcessTill();
    const { body } = till.post("/redemptions", redemption(REDEMPTION, createVoucher(till)));
    expect(valueAt(body, "amounts.approvedAmount")).toEqual({ amount: 5_000, currency: "710" });
  });

  test("goes to the provider of the voucher if the request names none", () => {
    const till = createInProcessTill();
    const code = createVoucher(till, uuid(1), { receiver: stellrReceiver });
    const { receiver: _, ...message } = redemption(REDEMPTION, code);
    till.post("/redemptions", message);
    expect(till.transaction(REDEMPTION)?.provider).toBe("Stellr");
  });

  test("the same id is refused after its reversal, or if that came first", () => {
    const till = createInProcessTill();
    const code = createVoucher(till);
    till.post("/redemptions", redemption(REDEMPTION, code));
    till.post("/redemptions/reversals", reversal(uuid(12), REDEMPTION));
    expect(till.post("/redemptions", redemption(REDEMPTION, code)).body).toMatchObject({
      errorType: "REDEMPTION_ALREADY_REVERSED",
      originalId: uuid(12),
    });
  });
});

describe("a redemption id that is used for a second voucher", () => {
  const createVouchers = (till: InProcessTill): { readonly first: string; readonly second: string } => {
    const both = { first: createVoucher(till), second: createVoucher(till, uuid(4)) };
    till.post("/redemptions", redemption(REDEMPTION, both.first));
    return both;
  };

  test("declined: the first redemption stays", () => {
    const till = createInProcessTill();
    const { second } = createVouchers(till);
    till.setProvider("standard", { state: "declining" });
    expect(till.post("/redemptions", redemption(REDEMPTION, second)).status).toBe(400);
    expect(till.post("/redemptions/confirmations", advice(uuid(12), REDEMPTION)).status).toBe(202);
  });

  test("approved: advices are about the second one, and the ledger still balances", () => {
    const till = createInProcessTill();
    const { first, second } = createVouchers(till);
    expect(till.post("/redemptions", redemption(REDEMPTION, second)).status).toBe(201);
    till.post("/redemptions/confirmations", advice(uuid(12), REDEMPTION));
    expect(till.transaction(REDEMPTION)).toMatchObject({ voucherCode: second, voucherState: "CONFIRMED_REDEEMED" });
    expect(computeBalance(till.world())).toMatchObject({ issued: 2, redeemed: 2, discrepancies: [] });
    const again = till.post("/redemptions", redemption(REDEMPTION, first));
    expect(valueAt(again.body, "detailMessage")).not.toHaveProperty("voucher");
  });
});

describe("refundVoucher", () => {
  test("the same id is refused after its reversal", () => {
    const till = createInProcessTill();
    const code = createVoucher(till);
    till.post("/redemptions", redemption(REDEMPTION, code));
    till.post("/redemptions/confirmations", advice(uuid(12), REDEMPTION));
    till.post("/refunds", refund(REFUND, code));
    till.post("/refunds/reversals", reversal(uuid(13), REFUND));
    expect(till.post("/refunds", refund(REFUND, code)).body).toMatchObject({
      errorType: "REFUND_ALREADY_REVERSED",
      originalId: uuid(13),
    });
  });
});
