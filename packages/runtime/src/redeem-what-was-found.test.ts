import type { RedemptionDraft } from "@electrum-vouchers/core";
import { policyOf, redemptionRequest, requestFields, secrets, uuid, voucherLookup } from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { createTestTill, type KillableTill, type TestTill } from "../test/test-till.ts";

const draft: RedemptionDraft = requestFields(uuid(1));

const codeSent = ({ electrum }: TestTill): unknown => {
  const sent = electrum.sent.find(({ operation }) => operation === "redeemVoucher")?.message;
  return sent?.operation === "redeemVoucher" ? sent.message.voucher : undefined;
};

async function found(testTill: TestTill, lookup: object = voucherLookup): Promise<KillableTill> {
  const till = await testTill.open();
  await testTill.done(till.lookUp(lookup, { id: uuid(1) }));
  return till;
}

describe("the voucher that was found is the one that is redeemed", () => {
  test("the till fills in its code if the request leaves it out, or all of the voucher", async () => {
    for (const request of [draft, { ...draft, voucher: {} }]) {
      const testTill = createTestTill();
      const till = await found(testTill);
      expect((await testTill.done(till.redeem(request))).state).toBe("redeemed");
      expect(codeSent(testTill)).toEqual({ code: secrets.code });
    }
  });

  test("also if it was looked up by its serial number, and the policy is selected", async () => {
    const testTill = createTestTill();
    const till = await testTill.open({ policy: () => policyOf() });
    await testTill.done(till.lookUp({ voucherSerialNumber: "S-1" }, { id: uuid(1) }));
    const stored = await testTill.stored(uuid(1));
    const serial = stored.state === "found" ? Reflect.get(Object(stored.response["voucher"]), "code") : undefined;
    await testTill.done(till.redeem(draft));
    expect(codeSent(testTill)).toEqual({ code: serial });
  });

  test("the same again, with the code or without, is the same redemption", async () => {
    const testTill = createTestTill();
    const till = await found(testTill);
    const first = await testTill.done(till.redeem(draft));
    expect(await testTill.done(till.redeem(draft))).toEqual(first);
    expect(await testTill.done(till.redeem({ ...draft, voucher: { code: secrets.code } }))).toEqual(first);
    expect(testTill.operations().filter((operation) => operation === "redeemVoucher")).toHaveLength(1);
  });

  test("another code is refused, and so is one that nothing tells", async () => {
    const testTill = createTestTill();
    const till = await found(testTill);
    expect(await testTill.failed(till.redeem(redemptionRequest(uuid(1), "ANOTHER")))).toMatchObject({
      refusal: { type: "lookupMismatch", field: "voucher.code" },
    });
    expect(await testTill.failed(till.redeem({ ...draft, id: uuid(9) }))).toMatchObject({ type: "unknownTransaction" });
  });
});
