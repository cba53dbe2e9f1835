import { describe, expect, test } from "vitest";
import { fullProvisionRequest, fullRedemptionRequest, fullVoucherLookup } from "../test/full-messages.ts";
import {
  AT,
  CONFIRMATION_ID,
  FOREIGN_ID,
  ID,
  provisionRequest,
  provisionStart,
  redemptionStart,
  REVERSAL_ID,
} from "../test/messages.ts";
import { provisionSituations } from "../test/provision-situations.ts";
import { redemptionSituations } from "../test/redemption-situations.ts";
import { parseIntent } from "./machines/validate-input.ts";
import { startProvision } from "./machines/provision.ts";
import { startRedemption } from "./machines/redemption.ts";
import { parseProvisionRequest, parseRedemptionRequest, parseTenders, parseVoucherLookup } from "./messages/parse.ts";
import { defaultPolicy, parsePolicy, type Policy } from "./policy.ts";
import type { Intent } from "./step.ts";
import { decide } from "./transaction.ts";

/** A copy that may be changed, as a caller's own object may be. */
function ownCopy<Value>(value: Value): Value {
  const copy: Value = JSON.parse(JSON.stringify(value));
  return copy;
}

/** Changes every value in an object, at every depth. */
function overwrite(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    overwrite(part);
    Reflect.set(value, name, "changed");
  }
}

describe("what was checked is what is stored is what is sent", () => {
  test("a sale, whatever its caller does with the request and the policy afterwards", () => {
    const start = ownCopy(provisionStart({}, fullProvisionRequest));
    const expected = ownCopy(start);
    const { transaction, commands } = startProvision(start)._unsafeUnwrap();
    overwrite(start);
    expect(transaction.start).toEqual(expected);
    expect(commands).toMatchObject([{ request: { message: expected.request } }]);
  });

  test("a lookup", () => {
    const start = ownCopy(redemptionStart({}, fullVoucherLookup));
    const expected = ownCopy(start);
    const { transaction, commands } = startRedemption(start)._unsafeUnwrap();
    overwrite(start);
    expect(transaction.start).toEqual(expected);
    expect(commands).toMatchObject([{ request: { message: expected.lookup } }]);
  });

  test("a confirmation's tenders", () => {
    const intent = ownCopy({ type: "confirm", tenders: fullProvisionRequest.tenders ?? [], at: AT } as const);
    const { commands } = decide(provisionSituations.issued(), intent)._unsafeUnwrap();
    overwrite(intent);
    expect(commands).toMatchObject([{ advice: { message: { tenders: fullProvisionRequest.tenders } } }]);
  });

  test("a redemption's request and policy", () => {
    const request = { ...ownCopy(fullRedemptionRequest), voucher: redemptionVoucher };
    const intent = ownCopy({ type: "redeem", request, policy: defaultPolicy, at: AT } as const);
    const { transaction, commands } = decide(redemptionSituations.found(), intent)._unsafeUnwrap();
    overwrite(intent);
    expect(transaction).toMatchObject({ redeem: { policy: defaultPolicy } });
    expect(commands).toMatchObject([{ request: { message: request } }]);
  });

  test("a selector's constant, which the till's next release may change in place", () => {
    const policy = ownCopy(defaultPolicy);
    const { transaction } = startProvision({ ...provisionStart(), policy })._unsafeUnwrap();
    overwrite(policy);
    expect(transaction.start.policy).toEqual(defaultPolicy);
  });
});

const redemptionVoucher = { code: "4411992087655331" };

describe("names that no schema knows are refused by name, all of them", () => {
  const hostile = (): unknown =>
    JSON.parse(
      JSON.stringify({ ...provisionRequest, constructor: 1, unknown: 2, another: 3 }).replace(
        "{",
        '{"__proto__":{"x":1},',
      ),
    );
  /** A field that the types do not show. */
  const extra: object = { extra: 1 };

  test("in a request", () => {
    expect(
      parseProvisionRequest(hostile())
        ._unsafeUnwrapErr()
        .map(({ path }) => path),
    ).toEqual(["__proto__", "constructor", "unknown", "another"]);
  });

  test("that came from JSON with a field __proto__", () => {
    const text = JSON.stringify(provisionRequest).replace("{", '{"__proto__":{"x":1},');
    expect(parseProvisionRequest(JSON.parse(text))._unsafeUnwrapErr()).toEqual([
      { path: "__proto__", expected: "is not a known field" },
    ]);
  });

  test("among amounts, whose other names are free", () => {
    const amounts = (name: string): unknown =>
      JSON.parse(`{"additionalAmounts":{"${name}":{"amount":1,"currency":"710"}}}`);
    expect(parseProvisionRequest({ ...provisionRequest, amounts: amounts("tip") }).isOk()).toBe(true);
    for (const name of ["__proto__", "constructor", "prototype", "toJSON"]) {
      expect(parseProvisionRequest({ ...provisionRequest, amounts: amounts(name) })._unsafeUnwrapErr()).toEqual([
        { path: `amounts.additionalAmounts.${name}`, expected: "is not a known field" },
      ]);
    }
  });

  test.each<[string, () => { isErr(): boolean }]>([
    ["a start", () => startProvision({ ...provisionStart(), ...extra })],
    ["a start of a redemption", () => startRedemption({ ...redemptionStart(), ...extra })],
    ["a confirmation", () => parseIntent({ type: "confirm", tenders: [], at: AT, ...extra })],
    ["a confirmation of a redemption", () => parseIntent({ type: "confirm", at: AT, ...extra })],
    ["a cancellation", () => parseIntent({ type: "cancel", at: AT, ...extra })],
    ["a policy", () => parsePolicy({ retries: 1, ...extra })],
    ["a lookup", () => parseVoucherLookup({ voucherCode: "1", pin: "2" })],
  ])("in %s", (_, parsed) => {
    expect(parsed().isErr()).toBe(true);
  });
});

describe("an intent is data, too", () => {
  test.each<[string, unknown, string]>([
    ["of an unknown type", { type: "confrim", at: AT }, "type"],
    ["without a time", { type: "cancel" }, "at"],
    ["at a time that is none", { type: "cancel", at: Number.NaN }, "at"],
    [
      "that resolves a dispute as something else",
      { type: "resolve", resolution: "banana", by: "T", reason: "mended", at: AT },
      "resolution",
    ],
    ["that resolves for no one", { type: "resolve", resolution: "confirmed", reason: "mended", at: AT }, "by"],
    [
      "with a reason of a page",
      { type: "resolve", resolution: "confirmed", by: "T", reason: "x".repeat(1_001), at: AT },
      "reason",
    ],
    ["that is none", 5, ""],
    ["whose request is none", { type: "redeem", at: AT }, ""],
  ])("one %s is refused", (_, given, path) => {
    const intent: Intent = Object(given);
    const refusal = parseIntent(intent)._unsafeUnwrapErr();
    expect(refusal).toMatchObject({ type: "invalidMessage", faults: [{ path }] });
  });

  test("a bad policy is refused as such, and nothing of it reaches a state", () => {
    for (const policy of [{}, null, { ...defaultPolicy, retryBackoff: undefined }]) {
      const bad: Policy = Object(policy);
      const request = { ...fullRedemptionRequest, id: ID, voucher: redemptionVoucher };
      for (const refused of [
        startProvision({ ...provisionStart(), policy: bad }),
        startRedemption({ ...redemptionStart(), policy: bad }),
        decide(redemptionSituations.found(), { type: "redeem", request, policy: bad, at: AT }),
      ]) {
        expect(refused._unsafeUnwrapErr()).toMatchObject({ type: "invalidPolicy" });
      }
    }
  });

  test("ids must differ in a copy as well", () => {
    const ids = { confirmationId: CONFIRMATION_ID, reversalId: CONFIRMATION_ID };
    expect(startProvision({ ...provisionStart(), ...ids }).isErr()).toBe(true);
    expect([CONFIRMATION_ID, REVERSAL_ID, FOREIGN_ID]).toHaveLength(3);
  });
});

describe("what was parsed is frozen, and is not parsed again", () => {
  test("parsing it again gives the same object, by the same schema only", () => {
    const request = parseRedemptionRequest(fullRedemptionRequest)._unsafeUnwrap();
    expect(parseRedemptionRequest(request)._unsafeUnwrap()).toBe(request);
    expect(parseProvisionRequest(request).isErr()).toBe(true);
  });

  test("it cannot be changed, at any depth", () => {
    const tenders = parseTenders(fullProvisionRequest.tenders)._unsafeUnwrap();
    expect(() => overwrite(tenders)).not.toThrow();
    expect(tenders).toEqual(fullProvisionRequest.tenders);
  });
});
