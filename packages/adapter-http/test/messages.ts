import type { OutgoingMessage } from "@electrum-vouchers/core";

/** The voucher code in {@link lookup}. It must appear nowhere except in the request. */
export const VOUCHER_CODE = "4411-9920-SECRET";

export const PASSWORD = "pässword:with colon";

/** A message in a URL. */
export const lookup: OutgoingMessage = { operation: "lookupVoucher", message: { voucherCode: VOUCHER_CODE } };

/** A message in a body. */
export const reversal: OutgoingMessage = {
  operation: "reverseVoucher",
  message: {
    id: "6f1c2f7e-3d0a-4b61-9d0c-5c0a4d6f7a11",
    requestId: "0b8f9f64-5d63-4d7c-8a52-0f2f5d3f1a22",
    time: "2026-01-31T12:00:00.000Z",
    thirdPartyIdentifiers: [{ institutionId: "33333", transactionIdentifier: "Zürich-1" }],
    reversalReason: "TIMEOUT",
  },
};
