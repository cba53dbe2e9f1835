import { describe, expect, test } from "vitest";
import {
  AT,
  CODE,
  lookup,
  lookupResponse,
  OTHER_CODE,
  redemptionRequest,
  redemptionResponse,
  refundRequest,
  refundResponse,
  refundStart,
} from "../../test/messages.ts";
import { redemptionSituations } from "../../test/redemption-situations.ts";
import { boundResponse } from "../responses/bound-response.ts";
import { hash32 } from "../hash.ts";
import { startRefund } from "../machines/refund.ts";
import { compareStart, toJournalEntry } from "../storage/journal.ts";
import { redact } from "../storage/redact.ts";
import { encode, encodeEntry } from "../storage/record.ts";
import { decide, observe } from "../transaction.ts";
import type { Pin } from "./voucher.ts";

const pins: readonly (readonly [string, Pin])[] = [
  ["a clear pin", { type: "CLEAR_PIN", pin: "90125" }],
  [
    "a PIN block",
    { type: "ENCRYPTED_PIN", pinBlock: "90125ABCDEF01234", encryptionParameters: { accountNumber: "901250000000" } },
  ],
  ["a hashed pin", { type: "HASHED_PIN", hash: "90125AB" }],
];

describe.each(pins)("%s of a voucher that is redeemed", (_, pin) => {
  const request = { ...redemptionRequest, voucher: { code: CODE, pin } };
  const intent = { type: "redeem", request, at: AT } as const;
  const entry = toJournalEntry({ type: "intent", intent }, { state: "redeeming" });
  const redeem = () => decide(redemptionSituations.found(), intent)._unsafeUnwrap();
  const message = { operation: "redeemVoucher", message: request } as const;

  test("is sent, and stored nowhere: neither in the record nor in the journal", () => {
    const { transaction, commands } = redeem();
    expect(commands).toMatchObject([{ request: message }]);
    expect(encode(transaction)).not.toContain("90125");
    expect(encodeEntry(entry)).not.toContain("90125");
    expect(encodeEntry(entry)).toContain(CODE);
  });

  test("may be left out, or be another, when redeem is repeated: the redemption is under way", () => {
    const { transaction } = redeem();
    for (const voucher of [request.voucher, { code: CODE }]) {
      const again = decide(transaction, { type: "redeem", request: { ...request, voucher }, at: AT });
      expect(again._unsafeUnwrap()).toEqual({ transaction, commands: [] });
    }
  });

  test("is left out of a response that repeats it; what the customer gets stays", () => {
    const change = { code: OTHER_CODE, pin: { type: "CLEAR_PIN", pin: "777" } };
    const response = { ...redemptionResponse, voucher: request.voucher, changes: [change] };
    const kept = boundResponse(message, { status: 200, body: JSON.stringify(response) });
    expect(JSON.parse(kept.body)).toEqual({ ...response, voucher: { code: CODE } });
    const redeemed = observe(redeem().transaction, { type: "response", attempt: 1, ...kept, at: AT }).transaction;
    expect(redeemed.state).toBe("redeemed");
    expect(encode(redeemed)).not.toContain("90125");
  });

  test("leaves a response that does not repeat it as it was, byte for byte", () => {
    const body = ` {"id": "x", "voucher": {"pin": {"type": "CLEAR_PIN", "pin": "777"}}, "n": 12345678901234567890}`;
    const response = { status: 200, body };
    expect(boundResponse(message, response)).toBe(response);
  });
});

describe.each(pins)("%s of a voucher that is refunded", (_, pin) => {
  const request = { ...refundRequest, voucher: { code: CODE, pin } };
  const start = refundStart({}, request);
  const { transaction, commands } = startRefund(start)._unsafeUnwrap();
  const message = { operation: "refundVoucher", message: request } as const;

  test("is sent, and stored nowhere: neither in the record nor in the journal", () => {
    expect(commands).toMatchObject([{ request: message }]);
    expect(encode(transaction)).not.toContain("90125");
    const entry = toJournalEntry({ type: "refundStarted", start }, transaction);
    expect(encodeEntry(entry)).not.toContain("90125");
    expect(encodeEntry(entry)).toContain(CODE);
  });

  test("may be left out when the start is repeated, before and after redaction", () => {
    const digester = { keyId: "2026", digest: (text: string) => hash32(text).toString(16) };
    for (const voucher of [request.voucher, { code: CODE }]) {
      const again = { type: "refundStarted", start: { ...start, request: { ...request, voucher } } } as const;
      expect(compareStart(transaction, again)).toBe("same");
      expect(compareStart(redact(transaction, { digester }), again, digester)).toBe("same");
    }
    const another = { ...start, request: { ...request, voucher: { code: OTHER_CODE } } };
    expect(compareStart(transaction, { type: "refundStarted", start: another })).toBe("different");
    const redacted = redact(transaction, { digester });
    expect(compareStart(redacted, { type: "refundStarted", start: another }, digester)).toBe("different");
  });

  test("is left out of a response that repeats it", () => {
    const kept = boundResponse(message, {
      status: 200,
      body: JSON.stringify({ ...refundResponse, voucher: request.voucher }),
    });
    expect(JSON.parse(kept.body)).toEqual({ ...refundResponse, voucher: { code: CODE } });
  });
});

test("the pin of a voucher that was found is not kept: the customer has brought it", () => {
  const found = {
    ...lookupResponse,
    voucher: { code: CODE, serialNumber: "S-1", pin: { type: "CLEAR_PIN", pin: "90125" } },
  };
  const kept = boundResponse(
    { operation: "lookupVoucher", message: lookup },
    { status: 200, body: JSON.stringify(found) },
  );
  expect(JSON.parse(kept.body)).toEqual({ ...found, voucher: { code: CODE, serialNumber: "S-1" } });
});
