import { describe, expect, test } from "vitest";
import { confirmation, standardReceiver, provision, redemption, reversal, uuid } from "../../test/messages.ts";
import { type InProcessTill, createInProcessTill } from "../../test/in-process-till.ts";
import { valueAt, textAt } from "../../test/http-till.ts";

const ID = uuid(1);

function createVoucher(till: InProcessTill): { readonly code: string; readonly serialNumber: string } {
  const { body } = till.post("/vouchers", provision(ID, { product: { productId: "P1" } }));
  till.post("/vouchers/confirmations", confirmation(uuid(11), ID));
  return { code: textAt(body, "voucher.code"), serialNumber: textAt(body, "voucher.serialNumber") };
}

describe("lookupVoucher", () => {
  test("finds the voucher by each of its keys, and by all of them", () => {
    const till = createInProcessTill();
    const { code, serialNumber } = createVoucher(till);
    const keys = [`voucherCode=${code}`, `provisionRequestId=${ID}`, `voucherSerialNumber=${serialNumber}`];
    for (const query of [...keys, keys.join("&"), `${keys[0]}&receiverInstId=1001&settlementEntityInstId=2`]) {
      expect(till.get(`/vouchers?${query}`)).toMatchObject({ status: 200, body: { voucher: { code, serialNumber } } });
    }
  });

  test("gives its value as a CREDIT, and its product", () => {
    const till = createInProcessTill();
    const { code } = createVoucher(till);
    expect(till.get(`/vouchers/?voucherCode=${code}`).body).toMatchObject({
      amounts: { approvedAmount: { amount: 5_000, currency: "710", ledgerIndicator: "CREDIT" } },
      product: { productId: "P1" },
      receiver: standardReceiver,
    });
  });

  test("finds a code with characters that a URL must escape", () => {
    const till = createInProcessTill();
    const code = "A&B=C D/€";
    till.post("/vouchers", provision(ID, { voucher: { code } }));
    expect(till.get(`/vouchers?voucherCode=${encodeURIComponent(code)}`).status).toBe(200);
  });

  test("finds nothing if the keys name two vouchers", () => {
    const till = createInProcessTill();
    const { code } = createVoucher(till);
    till.post("/vouchers", provision(uuid(2)));
    expect(till.get(`/vouchers?voucherCode=${code}&provisionRequestId=${uuid(2)}`).status).toBe(404);
  });

  test("an unknown voucher, a reversed one, and another user's request → 404 UNABLE_TO_LOCATE_RECORD", () => {
    const till = createInProcessTill();
    const { code } = createVoucher(till);
    till.post("/vouchers", provision(uuid(2)));
    till.post("/vouchers/reversals", reversal(uuid(12), uuid(2)));
    for (const response of [
      till.get("/vouchers?voucherCode=1"),
      till.get(`/vouchers?provisionRequestId=${uuid(2)}`),
      till.get(`/vouchers?provisionRequestId=${ID}`, "another"),
    ]) {
      expect(response).toMatchObject({ status: 404, body: { errorType: "UNABLE_TO_LOCATE_RECORD" } });
    }
    expect(till.get(`/vouchers?voucherCode=${code}`, "another").status).toBe(200);
  });

  test.each(["", "?receiverInstId=1", "?voucherCode=1&surprise=1", "?provisionRequestId=1"])(
    "GET /vouchers%s → 400 FORMAT_ERROR",
    (query) => {
      expect(createInProcessTill().get(`/vouchers${query}`)).toMatchObject({
        status: 400,
        body: { errorType: "FORMAT_ERROR" },
      });
    },
  );

  test("asks the provider, which can be slow, down or declining", () => {
    const till = createInProcessTill();
    const { code } = createVoucher(till);
    const lookUp = (): number => till.get(`/vouchers?voucherCode=${code}`).status;
    till.setProvider("standard", { state: "slow", delayMs: 50 });
    expect([lookUp(), till.delayMs()]).toEqual([200, 50]);
    till.setProvider("standard", { state: "down" });
    expect(lookUp()).toBe(503);
    till.setProvider("standard", { state: "declining", status: 404 });
    expect(lookUp()).toBe(404);
  });

  test("changes nothing but the provider's received messages", () => {
    const till = createInProcessTill();
    const { code } = createVoucher(till);
    const before = till.world();
    till.get(`/vouchers?voucherCode=${code}`);
    const { transactions, vouchers } = till.world();
    expect({ transactions, vouchers }).toEqual({ transactions: before.transactions, vouchers: before.vouchers });
  });
});

describe("lookupRedemption", () => {
  const REDEMPTION = uuid(2);

  test("200: the original approval", () => {
    const till = createInProcessTill();
    const approval = till.post("/redemptions", redemption(REDEMPTION, createVoucher(till).code));
    expect(till.get(`/redemptions/${REDEMPTION}`)).toEqual({ ...approval, status: 200 });
  });

  test("200 even after the reversal: it is the original response", () => {
    const till = createInProcessTill();
    till.post("/redemptions", redemption(REDEMPTION, createVoucher(till).code));
    till.post("/redemptions/reversals", reversal(uuid(12), REDEMPTION));
    expect(till.get(`/redemptions/${REDEMPTION}`).status).toBe(200);
  });

  test("400: the original error", () => {
    const till = createInProcessTill();
    const { code } = createVoucher(till);
    till.setProvider("standard", { state: "declining" });
    const decline = till.post("/redemptions", redemption(REDEMPTION, code));
    expect(till.get(`/redemptions/${REDEMPTION}`)).toEqual(decline);
  });

  test("102, no body: while the provider is slow, and after it did not respond", () => {
    const till = createInProcessTill({ upstreamDeadlineMs: 1_000 });
    const { code } = createVoucher(till);
    till.setProvider("standard", { state: "slow", delayMs: 500 });
    till.post("/redemptions", redemption(REDEMPTION, code));
    till.setTime(499);
    expect(till.get(`/redemptions/${REDEMPTION}`)).toMatchObject({ status: 102, text: "" });
    till.setTime(500);
    expect(till.get(`/redemptions/${REDEMPTION}`).status).toBe(200);

    till.post("/redemptions/reversals", reversal(uuid(12), REDEMPTION));
    till.setProvider("standard", { state: "down" });
    till.post("/redemptions", redemption(uuid(3), code));
    till.setTime(5_000);
    expect(till.get(`/redemptions/${uuid(3)}`)).toMatchObject({ status: 102, text: "" });
  });

  test("403, no body: to a user that did not send the original", () => {
    const till = createInProcessTill();
    till.post("/redemptions", redemption(REDEMPTION, createVoucher(till).code));
    expect(till.get(`/redemptions/${REDEMPTION}`, "another")).toMatchObject({ status: 403, text: "" });
  });

  test("404, no body: the original was never received, even if its reversal was", () => {
    const till = createInProcessTill();
    till.post("/redemptions/reversals", reversal(uuid(12), REDEMPTION));
    expect(till.get(`/redemptions/${REDEMPTION}`)).toMatchObject({ status: 404, text: "" });
    expect(till.get(`/redemptions/${uuid(9)}`)).toMatchObject({ status: 404, text: "" });
  });

  test("400 FORMAT_ERROR: not a UUID", () => {
    const { body } = createInProcessTill().get("/redemptions/1");
    expect(valueAt(body, "detailMessage.formatErrors")).toMatchObject([{ field: "requestId" }]);
  });
});
