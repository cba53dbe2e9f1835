import { describe, expect, test } from "vitest";
import { AT, ID, provisionRequest, provisionStart, redemptionRequest } from "../../test/messages.ts";
import { unwrap } from "../../test/unwrap.ts";
import type { JsonObject } from "../json.ts";
import { startProvision } from "../machines/provision.ts";
import { compareStart } from "../storage/journal.ts";
import { redact } from "../storage/redact.ts";
import { decode, encode } from "../storage/record.ts";
import type { Transaction } from "../transaction.ts";
import { toHttp } from "./operations.ts";
import { parseProvisionRequest, parseRedemptionRequest } from "./parse.ts";

const additionalFields: JsonObject = { loyaltyPoints: 12, campaign: { code: "SPRING", steps: [1, 2] } };

const bodyOf = (outgoing: Parameters<typeof toHttp>[0]): unknown => JSON.parse(toHttp(outgoing).body ?? "");

describe("fields that Electrum adds before this library does", () => {
  test("are sent at the top level, unaltered, by the request and by its retry", () => {
    const request = { ...provisionRequest, additionalFields };
    const expected = { ...provisionRequest, ...additionalFields };
    expect(bodyOf({ operation: "provisionVoucher", message: request })).toEqual(expected);
    expect(bodyOf({ operation: "retryProvisionVoucher", message: request })).toEqual(expected);
    expect(bodyOf({ operation: "redeemVoucher", message: { ...redemptionRequest, additionalFields } })).toEqual({
      ...redemptionRequest,
      ...additionalFields,
    });
  });

  test.each(["id", "voucher", "amounts", "recipient", "additionalFields"])("must not be called %s", (name) => {
    const [fault] = parseProvisionRequest({ ...provisionRequest, additionalFields: { [name]: 1 } })._unsafeUnwrapErr();
    expect(fault).toMatchObject({ path: "additionalFields" });
  });

  test("may have a name that only another message has", () => {
    expect(parseProvisionRequest({ ...provisionRequest, additionalFields: { customer: 1 } }).isOk()).toBe(true);
    expect(parseRedemptionRequest({ ...redemptionRequest, additionalFields: { customer: 1 } }).isErr()).toBe(true);
  });

  test.each<readonly [what: string, value: unknown]>([
    ["a list", [1]],
    ["a text", "loyaltyPoints=12"],
    ["an instance of a class", new Map()],
    ["a name that JavaScript gives a meaning", JSON.parse('{ "__proto__": 1 }')],
    ["more than a message may have", { text: "x".repeat(70_000) }],
  ])("must not be %s", (_, value) => {
    expect(parseProvisionRequest({ ...provisionRequest, additionalFields: value }).isErr()).toBe(true);
  });

  test("belong to the request: the same again brings the same, before redaction and after it", () => {
    const digester = { keyId: "1", digest: (text: string) => `digest of ${text}` };
    const started = unwrap(startProvision(provisionStart({}, { ...provisionRequest, additionalFields }))).transaction;
    const sameness = (fields: JsonObject | undefined, transaction: Transaction) =>
      compareStart(
        transaction,
        {
          type: "provisionStarted",
          start: provisionStart(
            {},
            fields === undefined ? provisionRequest : { ...provisionRequest, additionalFields: fields },
          ),
        },
        digester,
      );
    const redacted = redact(started, { digester });

    for (const transaction of [started, redacted] satisfies readonly Transaction[]) {
      expect(sameness(additionalFields, transaction)).toBe("same");
      expect(sameness({ ...additionalFields, loyaltyPoints: 13 }, transaction)).toBe("different");
      expect(sameness(undefined, transaction)).toBe("different");
    }
  });

  test("are redacted whole", () => {
    const started = unwrap(startProvision(provisionStart({}, { ...provisionRequest, additionalFields }))).transaction;
    const text = JSON.stringify(redact(started));
    expect(text).not.toContain("SPRING");
    expect(text).not.toContain("loyaltyPoints");
    expect(unwrap(decode(encode(redact(started))))).toEqual(redact(started));
    expect(started).toMatchObject({ id: ID, start: { at: AT } });
  });
});
