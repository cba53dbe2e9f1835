import { defaultPolicy, type Entry } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import {
  changesOf,
  jsonResponse,
  provisionRequest,
  redemptionRequest,
  STORED_AT,
  tenders,
  uuid,
} from "@electrum-vouchers/testkit";

// Transactions with a secret in each place that may hold one.

/** What no file may hold once it was erased. */
export const SECRETS: readonly string[] = [
  "CODE-4711",
  "PIN-4711",
  "SLIP-4711",
  "INSTRUCTIONS-4711",
  "PERSON-4711",
  "541333******9999",
  "REFERENCE-4711",
  "UNKNOWN-VALUE-4711",
  "UNKNOWN-NAME-4711",
  "TIP-NAME-4711",
  "ERROR-TEXT-4711",
  "ERROR-CODE-4711",
];

const voucher = {
  code: "CODE-4711",
  serialNumber: "CODE-4711",
  pin: { type: "CLEAR_PIN", pin: "PIN-4711" },
  redeemInstructions: ["INSTRUCTIONS-4711"],
} as const;

const secretFields = {
  voucher,
  // Longer than a page of the file.
  slipData: { messageLines: [{ text: "SLIP-4711 ".repeat(500) }] },
  amounts: { additionalAmounts: { "TIP-NAME-4711": { amount: 1, currency: "710" } } },
  "UNKNOWN-NAME-4711": "UNKNOWN-VALUE-4711",
};

const error = {
  errorType: "ERROR-CODE-4711",
  errorMessage: "ERROR-TEXT-4711",
  providerErrorCode: "ERROR-CODE-4711",
  detailMessage: { "UNKNOWN-NAME-4711": "CODE-4711" },
};

const customer = { firstName: "PERSON-4711" };

/** An entry of a response to an attempt, or to an advice. */
const response = (attempt: number, at: number, status: number, body: object): Entry => ({
  type: "fact",
  fact: { type: "response", attempt, at: STORED_AT + at, ...jsonResponse(status, body) },
});
const adviceResponse = (adviceId: string, at: number): Entry => ({
  type: "fact",
  fact: {
    type: "adviceResponse",
    adviceId,
    at: STORED_AT + at,
    ...jsonResponse(202, { id: adviceId, ...secretFields }),
  },
});

const idsOf = (n: number) => ({
  id: uuid(n),
  confirmationId: uuid(1_000_000 + n),
  reversalId: uuid(2_000_000 + n),
  policy: defaultPolicy,
  at: STORED_AT,
});

/** The commits of a sale that was confirmed, after an unknown outcome. */
export function confirmedSale(n: number): readonly Change[] {
  const { id, ...start } = idsOf(n);
  const request = provisionRequest(id, { recipient: customer, voucher });
  const paid = tenders.map((tender) => ({ ...tender, reference: "REFERENCE-4711" }));
  return changesOf(
    [
      { type: "provisionStarted", start: { ...start, request } },
      response(0, 1_000, 500, { id, ...error }),
      { type: "fact", fact: { type: "timer", timer: "retry", attempt: 0, at: STORED_AT + 2_500 } },
      response(1, 3_000, 201, { id, ...secretFields }),
      { type: "intent", intent: { type: "confirm", tenders: paid, at: STORED_AT + 4_000 } },
      adviceResponse(start.confirmationId, 5_000),
    ],
    STORED_AT,
  );
}

/** The commits of a sale that was approved with two vouchers, so that it needs attention. */
export function unsettledSale(n: number): readonly Change[] {
  const { id, ...start } = idsOf(n);
  return changesOf(
    [
      { type: "provisionStarted", start: { ...start, request: provisionRequest(id) } },
      response(0, 1_000, 201, { id, ...secretFields }),
      { type: "intent", intent: { type: "confirm", tenders, at: STORED_AT + 2_000 } },
      adviceResponse(start.confirmationId, 3_000),
      response(0, 4_000, 201, { id, ...secretFields, voucher: { code: "OTHER-CODE-4711" } }),
    ],
    STORED_AT,
  );
}

/** The commits of a redemption that was refused in the end. */
export function declinedRedemption(n: number): readonly Change[] {
  const { id, ...start } = idsOf(n);
  const request = { ...redemptionRequest(id, "CODE-4711"), voucher, customer };
  return changesOf(
    [
      { type: "redemptionStarted", start: { ...start, id, lookup: { voucherCode: "CODE-4711" } } },
      response(0, 1_000, 200, secretFields),
      { type: "intent", intent: { type: "redeem", request, at: STORED_AT + 2_000 } },
      response(1, 3_000, 400, { id, ...error }),
    ],
    STORED_AT,
  );
}
