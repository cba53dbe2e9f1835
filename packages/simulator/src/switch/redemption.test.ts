import { describe, expect, test } from "vitest";
import { advice, confirmation, provision, redemption, refund, reversal, stellr, uuid } from "../../test/messages.ts";
import { type PureTill, pureTill } from "../../test/pure-till.ts";
import { at, textAt } from "../../test/till.ts";
import { balance } from "./balance.ts";

const REDEMPTION = uuid(2);
const REFUND = uuid(3);

/** A voucher, sold and confirmed. */
function givenVoucher(till: PureTill, saleId: string = uuid(1), changes: Parameters<typeof provision>[1] = {}): string {
  const code = textAt(till.post("/vouchers", provision(saleId, changes)).body, "voucher.code");
  expect(till.post("/vouchers/confirmations", confirmation(uuid(11), saleId)).status).toBe(202);
  return code;
}

describe("redeemVoucher", () => {
  test("approves the amount asked for, beside the other amounts", () => {
    const till = pureTill();
    const amounts = { requestAmount: { amount: 100, currency: "710" }, feeAmount: { amount: 1, currency: "710" } };
    const { body } = till.post("/redemptions", redemption(REDEMPTION, givenVoucher(till), { amounts }));
    expect(body["amounts"]).toEqual({ ...amounts, approvedAmount: amounts.requestAmount });
  });

  test("approves the voucher's value where none is asked for", () => {
    const till = pureTill();
    const { body } = till.post("/redemptions", redemption(REDEMPTION, givenVoucher(till)));
    expect(at(body, "amounts.approvedAmount")).toEqual({ amount: 5_000, currency: "710" });
  });

  test("goes to the provider of the voucher where the request names none", () => {
    const till = pureTill();
    const code = givenVoucher(till, uuid(1), { receiver: stellr });
    const { receiver: _, ...message } = redemption(REDEMPTION, code);
    till.post("/redemptions", message);
    expect(till.transaction(REDEMPTION)?.provider).toBe("Stellr");
  });

  test("after its reversal, which came in time or first: the same id is refused", () => {
    const till = pureTill();
    const code = givenVoucher(till);
    till.post("/redemptions", redemption(REDEMPTION, code));
    till.post("/redemptions/reversals", reversal(uuid(12), REDEMPTION));
    expect(till.post("/redemptions", redemption(REDEMPTION, code)).body).toMatchObject({
      errorType: "REDEMPTION_ALREADY_REVERSED",
      originalId: uuid(12),
    });
  });
});

describe("a redemption id that is used for a second voucher", () => {
  const givenBoth = (till: PureTill): { readonly first: string; readonly second: string } => {
    const both = { first: givenVoucher(till), second: givenVoucher(till, uuid(4)) };
    till.post("/redemptions", redemption(REDEMPTION, both.first));
    return both;
  };

  test("declined: what stands under it goes on", () => {
    const till = pureTill();
    const { second } = givenBoth(till);
    till.provider("ordinary", { state: "declining" });
    expect(till.post("/redemptions", redemption(REDEMPTION, second)).status).toBe(400);
    expect(till.post("/redemptions/confirmations", advice(uuid(12), REDEMPTION)).status).toBe(202);
  });

  test("approved: advices are about the second, and the books still add up", () => {
    const till = pureTill();
    const { first, second } = givenBoth(till);
    expect(till.post("/redemptions", redemption(REDEMPTION, second)).status).toBe(201);
    till.post("/redemptions/confirmations", advice(uuid(12), REDEMPTION));
    expect(till.transaction(REDEMPTION)).toMatchObject({ voucherCode: second, voucherState: "CONFIRMED_REDEEMED" });
    expect(balance(till.world())).toMatchObject({ issued: 2, redeemed: 2, discrepancies: [] });
    const again = till.post("/redemptions", redemption(REDEMPTION, first));
    expect(at(again.body, "detailMessage")).not.toHaveProperty("voucher");
  });
});

describe("refundVoucher", () => {
  test("after its reversal: the same id is refused", () => {
    const till = pureTill();
    const code = givenVoucher(till);
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
