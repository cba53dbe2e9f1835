import { describe, expect, test } from "vitest";
import { AT, AUTHORISED, CODE, ID, lookup, OTHER_CODE, redemptionRequest } from "../test/messages.ts";
import { fact, currentAttempt, momentOf } from "../test/events.ts";
import { provisionSituations } from "../test/provision-situations.ts";
import { redemptionEvents } from "../test/redemption-events.ts";
import { redemptionSituations } from "../test/redemption-situations.ts";
import { jsonResponse } from "../test/responses.ts";
import { secretProvisionRequest } from "../test/secrets.ts";
import { after } from "../test/specification.ts";
import type { Json, JsonObject } from "./json.ts";
import type { VoucherLookup } from "./messages/lookup.ts";
import type { VoucherStatus } from "./responses/transaction-status.ts";
import { readDetails } from "./messages/message-details.ts";
import { toView, viewTransactionStatus, viewVoucherStatus } from "./view.ts";

const answered = (status: number, body: Json) =>
  fact((transaction) => ({
    type: "response",
    attempt: currentAttempt(transaction),
    at: momentOf(transaction),
    ...jsonResponse(status, body),
  }));

describe("the details of a message", () => {
  test("are typed, and hold nothing that can be spent", () => {
    expect(readDetails(secretProvisionRequest)).toMatchInlineSnapshot(`
      {
        "amounts": {
          "additionalAmounts": {
            "tip": {
              "amount": 5000,
              "currency": "710",
              "ledgerIndicator": "DEBIT",
            },
          },
          "approvedAmount": {
            "amount": 5000,
            "currency": "710",
            "ledgerIndicator": "DEBIT",
          },
          "balanceAmount": {
            "amount": 5000,
            "currency": "710",
            "ledgerIndicator": "DEBIT",
          },
          "feeAmount": {
            "amount": 5000,
            "currency": "710",
            "ledgerIndicator": "DEBIT",
          },
          "requestAmount": {
            "amount": 5000,
            "currency": "710",
            "ledgerIndicator": "DEBIT",
          },
        },
        "basketRef": "B-1",
        "channelId": "kiosk",
        "client": {
          "id": "shop",
          "name": "Shop",
        },
        "operatorId": "operator 7",
        "product": {
          "amount": {
            "amount": 5000,
            "currency": "710",
            "ledgerIndicator": "DEBIT",
          },
          "barcode": "6001234567890",
          "description": "Airtime of R50",
          "isFixedValue": true,
          "maxAmount": {
            "amount": 5000,
            "currency": "710",
            "ledgerIndicator": "DEBIT",
          },
          "minAmount": {
            "amount": 5000,
            "currency": "710",
            "ledgerIndicator": "DEBIT",
          },
          "name": "Airtime",
          "productId": "P1",
          "receiver": {
            "id": "provider",
            "name": "Provider",
          },
        },
        "receiver": {
          "id": "30",
          "name": "Provider",
        },
        "rrn": "123456789012",
        "settlementEntity": {
          "id": "20",
          "name": "Settler",
        },
        "stan": "123456",
        "terminalId": "TILL0001",
        "thirdPartyIdentifiers": [
          {
            "institutionId": "10",
            "transactionIdentifier": "T-1",
          },
        ],
        "time": "2026-11-21T09:29:59.000Z",
        "voucher": {
          "serialNumber": "S-1",
        },
      }
    `);
  });

  test.each<[string, Json]>([
    ["nothing", {}],
    ["null", { amounts: null, product: null, voucher: null, receiver: null, thirdPartyIdentifiers: null, rrn: null }],
    [
      "what has another type",
      { amounts: 5, product: [], voucher: "x", receiver: [], thirdPartyIdentifiers: {}, rrn: 5 },
    ],
    ["no object", "text"],
  ])("are absent for %s", (_, message) => {
    expect(readDetails(message)).toEqual({});
  });

  test("leave out an amount that is none, and read a currency that came as a number", () => {
    const amounts = {
      requestAmount: { amount: 1.5, currency: "710" },
      feeAmount: { amount: 5 },
      balanceAmount: { amount: 2 ** 53, currency: "710" },
      approvedAmount: { amount: 5, currency: 36, ledgerIndicator: "SIDEWAYS" },
      additionalAmounts: { tip: { amount: 1, currency: "710" }, other: "x" },
    };
    expect(readDetails({ amounts }).amounts).toEqual({
      approvedAmount: { amount: 5, currency: "036" },
      additionalAmounts: { tip: { amount: 1, currency: "710" } },
    });
  });

  test("give a third party's identifiers as text", () => {
    const thirdPartyIdentifiers = [
      { institutionId: 10, transactionIdentifier: "T-1", note: "x" },
      { institutionId: "20" },
      "x",
    ];
    expect(readDetails({ thirdPartyIdentifiers }).thirdPartyIdentifiers).toEqual([
      { institutionId: "10", transactionIdentifier: "T-1" },
    ]);
  });
});

describe("the view", () => {
  test("of a sale that waits for the till shows what was approved", () => {
    const view = toView(provisionSituations.issued());
    expect(view.state === "issued" && view.approval.response.voucher).toEqual(
      readDetails(secretlyApproved(provisionSituations.issued())).voucher,
    );
    expect(JSON.stringify(view)).not.toContain(CODE);
  });

  test("of a voucher that was found shows its value, and not the code that was asked for", () => {
    const view = toView(redemptionSituations.found());
    expect(view.state === "found" && view.response.amounts?.approvedAmount).toMatchObject({
      amount: AUTHORISED.amount,
    });
    expect(JSON.stringify(view)).not.toContain(lookup.voucherCode ?? "no code");
  });

  test("of a redemption says if there is another voucher for the customer", () => {
    const change = { code: OTHER_CODE, serialNumber: "S-2", expiryDate: "2027-11-30T00:00:00Z" };
    const view = toView(
      after(redemptionSituations.redeeming(), answered(200, { id: ID, thirdPartyIdentifiers: [], voucher: change })),
    );
    expect(view.state === "redeemed" && view.approval.changeVoucher).toEqual({
      serialNumber: "S-2",
      expiryDate: "2027-11-30T00:00:00Z",
    });
  });

  test("of a redemption says nothing of a voucher that is the same, however its code is written", () => {
    const same = { code: (redemptionRequest.voucher.code ?? "").replace(/(.)/, "$1 ") };
    const view = toView(
      after(redemptionSituations.redeeming(), answered(200, { id: ID, thirdPartyIdentifiers: [], voucher: same })),
    );
    expect(view.state === "redeemed" && "changeVoucher" in view.approval).toBe(false);
  });

  test("masks a code that an error's text repeats", () => {
    const error = { id: ID, errorType: "INVALID_VOUCHER", errorMessage: `${CODE} is spent`, providerErrorCode: CODE };
    const view = toView(after(redemptionSituations.found(), redemptionEvents.redeem, answered(400, error)));
    expect(view.state === "declined" && view.error).toEqual({
      status: 400,
      errorType: "INVALID_VOUCHER",
      errorMessage: "*** is spent",
      providerErrorCode: "***",
    });
  });

  test("masks a long number that an error's text names, since it may be another voucher's code", () => {
    const error = {
      id: ID,
      errorType: "INVALID_VOUCHER",
      errorMessage: "no 1234-5678 9012 in 2026",
      providerErrorCode: "51",
    };
    const view = toView(after(provisionSituations.requesting(), answered(400, error)));
    expect(view.state === "declined" && view.error).toMatchObject({
      errorMessage: "no *** in 2026",
      providerErrorCode: "51",
    });
  });

  test("of a start leaves out the code that was asked for, and keeps the serial number", () => {
    const { start } = toView(redemptionSituations["found by serial number"]());
    expect(start).toMatchObject({ lookup: { voucherSerialNumber: "S-1" }, at: AT });
  });
});

describe("the view of what Electrum says", () => {
  const found = (voucher: JsonObject): VoucherStatus => ({ outcome: "found", response: { voucher } });

  test.each<[string, VoucherLookup, JsonObject]>([
    ["the code that was asked for", { voucherCode: "1234 5678" }, { serialNumber: "12345678" }],
    ["the code of the response", { voucherSerialNumber: "12345678" }, { code: "1234-5678", serialNumber: "12345678" }],
  ])("has no serial number that is %s", (_, asked, voucher) => {
    expect(viewVoucherStatus(found(voucher), asked)).toEqual({ outcome: "found", response: { voucher: {} } });
  });

  test("has the serial number of a voucher that is called otherwise", () => {
    expect(viewVoucherStatus(found({ serialNumber: "S-1", pin: "1234" }), { voucherCode: CODE })).toEqual({
      outcome: "found",
      response: { voucher: { serialNumber: "S-1" } },
    });
  });

  test("masks the code that was asked for in an error's texts", () => {
    const error = { status: 404, errorType: "INVALID_VOUCHER", errorMessage: `no ${CODE} here` };
    expect(viewVoucherStatus({ outcome: "notFound", error }, { voucherCode: CODE })).toMatchObject({
      error: { errorMessage: "no *** here" },
    });
  });

  test("masks the codes of a transaction in the original error's texts", () => {
    const error = { status: 400, errorType: "INVALID_VOUCHER", errorMessage: `${CODE} is spent` };
    const status = { outcome: "processed", result: "declined", error } as const;
    expect(viewTransactionStatus(status, redemptionSituations.found())).toMatchObject({
      error: { errorMessage: "*** is spent" },
    });
  });
});

function secretlyApproved(sale: ReturnType<typeof provisionSituations.issued>): unknown {
  return "approval" in sale ? sale.approval.response : undefined;
}
