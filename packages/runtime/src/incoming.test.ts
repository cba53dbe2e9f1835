import type { OutgoingMessage, Policy } from "@electrum-vouchers/core";
import { defaultPolicy } from "@electrum-vouchers/core";
import {
  htmlResponse,
  policyOf,
  provisionRequest,
  redemptionRequest,
  tenders,
  uuid,
  voucherLookup,
} from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { createTestTill, type TestTill } from "../test/test-till.ts";

/** Changes every value in an object of the caller's, at every depth. */
function overwrite(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    overwrite(part);
    Reflect.set(value, name, "changed");
  }
}

const messageOf = ({ electrum }: TestTill, operation: OutgoingMessage["operation"]): unknown =>
  electrum.sent.find((each) => each.operation === operation)?.message.message;

describe("a caller may use its object again as soon as the call has returned a promise", () => {
  test("two sales from one template, not waited for in between, go out as they were, each once", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    const template = { ...structuredClone(provisionRequest()) };

    const first = till.provision(template);
    Object.assign(template, { id: uuid(2), basketRef: "second" });
    const second = till.provision(template);

    expect((await testTill.done(first)).start.request.basketRef).toBe(undefined);
    expect((await testTill.done(second)).start.request.basketRef).toBe("second");
    expect((await testTill.stored(uuid(1))).start).toMatchObject({ request: provisionRequest() });
    expect(testTill.electrum.sent.map(({ message }) => message.message)).toEqual([
      provisionRequest(),
      { ...provisionRequest(uuid(2)), basketRef: "second" },
    ]);
  });

  test("a sale that may wait until Electrum is back", async () => {
    const testTill = createTestTill({ retries: 0, script: () => ({ response: htmlResponse(403) }) });
    const till = await testTill.open();
    for (const n of [1, 2, 3]) await testTill.done(till.provision(provisionRequest(uuid(n))));
    await testTill.clock.advance(10_000);
    const request = structuredClone(provisionRequest(uuid(4)));

    const probing = till.provision(request);
    overwrite(request);

    await testTill.done(probing);
    expect((await testTill.stored(uuid(4))).start).toMatchObject({ request: provisionRequest(uuid(4)) });
  });

  test("a confirmation's tenders", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));
    const paid = structuredClone(tenders);
    const amounts = { approvedAmount: { amount: 9_000, currency: "710" } };

    const confirming = till.confirm(uuid(1), paid, amounts);
    overwrite([paid, amounts]);
    await testTill.done(confirming);
    await testTill.clock.advance(0);

    expect(messageOf(testTill, "confirmVoucher")).toMatchObject({
      tenders: [{ amount: tenders[0]?.amount, tenderType: "CREDIT_CARD" }],
      amounts: { approvedAmount: { amount: 9_000 } },
    });
  });

  test("a lookup and a redemption", async () => {
    const testTill = createTestTill();
    const till = await testTill.open({ policy: () => policyOf() });
    const lookup = structuredClone(voucherLookup);
    const options = { id: uuid(1), terminal: "TILL0001" };
    const looking = till.lookUp(lookup, options);
    overwrite([lookup, options]);
    await testTill.done(looking);
    expect((await testTill.stored(uuid(1))).start).toMatchObject({ lookup: voucherLookup });

    const request = structuredClone(redemptionRequest());
    const redeeming = till.redeem(request);
    overwrite(request);
    await testTill.done(redeeming);

    expect(testTill.electrum.sent.map(({ message }) => message.message)).toEqual([voucherLookup, redemptionRequest()]);
  });

  test("a policy that the selector keeps, and changes afterwards", async () => {
    const policy = structuredClone(defaultPolicy);
    const testTill = createTestTill();
    const till = await testTill.open({ policy: () => policy });
    await testTill.done(till.provision(provisionRequest()));
    overwrite(policy);

    expect((await testTill.stored(uuid(1))).start.policy).toEqual(defaultPolicy);
    expect(await testTill.failed(till.provision(provisionRequest(uuid(2))))).toMatchObject({
      refusal: { type: "invalidPolicy" },
    });
  });

  test("a selector cannot change the request that it is asked about", async () => {
    const testTill = createTestTill();
    const policy = (subject: object): Policy => {
      overwrite(subject);
      return defaultPolicy;
    };
    const till = await testTill.open({ policy });
    await testTill.done(till.provision(provisionRequest()));

    expect(testTill.electrum.sent.map(({ message }) => message.message)).toEqual([provisionRequest()]);
  });
});

describe("what no schema knows is refused at the call, before anything is stored", () => {
  const extra: object = { extra: 1 };

  test("in whichever call", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    const id = uuid(1);
    const calls = [
      till.provision({ ...provisionRequest(), ...extra }),
      till.confirm(id, [Object.assign({}, tenders[0], extra)]),
      till.lookUp({ ...voucherLookup, ...extra }),
      till.redeem({ ...redemptionRequest(), ...extra }),
      till.confirmRedemption(id, extra),
      till.resolve(id, { resolution: "confirmed", by: "Thandi", reason: "mended", ...extra }),
    ];
    for (const call of calls) {
      expect(await testTill.failed<unknown, unknown>(call)).toMatchObject({
        type: "refused",
        refusal: { type: "invalidMessage", faults: [{ expected: "is not a known field" }] },
      });
    }
    expect(testTill.outbox.count("commit")).toBe(0);
    expect(testTill.electrum.sent).toEqual([]);
  });
});

describe("card numbers", () => {
  const PAN = "4111111111111111";
  const paid = [{ amount: { amount: 10_000, currency: "710" }, tenderType: "CREDIT_CARD", cardNumber: PAN }] as const;

  test("a full one never enters: it is masked at the call, also at a confirmation", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest(uuid(1), { tenders: paid })));
    await testTill.done(till.confirm(uuid(1), paid));
    await testTill.clock.advance(0);

    const journal = await testTill.outbox.unwatched.journal(uuid(1));
    const everything = JSON.stringify([await testTill.stored(uuid(1)), journal, testTill.electrum.sent]);
    expect(everything).not.toContain(PAN);
    expect(messageOf(testTill, "confirmVoucher")).toMatchObject({ tenders: [{ cardNumber: "411111******1111" }] });
  });

  test("in free text they are the owner's to decide: allowed, masked, or refused", async () => {
    const request = provisionRequest(uuid(1), { basketRef: `card ${PAN}` });
    const sentWith = async (cardNumbersInText: "allow" | "mask" | "refuse"): Promise<unknown> => {
      const testTill = createTestTill();
      const till = await testTill.open({ cardNumbersInText });
      const sold = await till.provision(request);
      return sold.match(
        ({ start }): unknown => start.request.basketRef,
        (error) => error,
      );
    };
    expect(await sentWith("allow")).toBe(`card ${PAN}`);
    expect(await sentWith("mask")).toBe("card 411111******1111");
    expect(await sentWith("refuse")).toEqual({
      type: "refused",
      refusal: { type: "invalidMessage", faults: [{ path: "basketRef", expected: "must hold no card number" }] },
    });
  });

  test("a confirmation is not refused for one, since the customer has paid: it is masked", async () => {
    const testTill = createTestTill();
    const till = await testTill.open({ cardNumbersInText: "refuse" });
    await testTill.done(till.provision(provisionRequest()));
    await testTill.done(till.confirm(uuid(1), [{ ...paid[0], reference: PAN }]));
    await testTill.clock.advance(0);
    expect(messageOf(testTill, "confirmVoucher")).toMatchObject({ tenders: [{ reference: "411111******1111" }] });
  });
});

describe("a client that the till has no credentials for is refused at the call, before anything is stored", () => {
  test("in whichever call names one", async () => {
    const testTill = createTestTill();
    const till = await testTill.open({ clients: ["another-shop"] });
    const calls = [
      till.provision(provisionRequest()),
      till.lookUp(voucherLookup, { client: "corner-shop" }),
      till.redeem(redemptionRequest()),
    ];
    for (const call of calls) {
      expect(await testTill.failed<unknown, unknown>(call)).toMatchObject({
        refusal: { type: "invalidMessage", faults: [{ path: "client.id" }] },
      });
    }
    expect(testTill.outbox.count("commit")).toBe(0);
  });

  test("and one that it has credentials for is served", async () => {
    const testTill = createTestTill();
    const till = await testTill.open({ clients: ["corner-shop"] });
    expect((await testTill.done(till.provision(provisionRequest()))).state).toBe("issued");
  });
});

test("who asked for something is journalled, and never sent", async () => {
  const testTill = createTestTill();
  const till = await testTill.open();
  await testTill.done(till.provision(provisionRequest()));
  await testTill.done(till.confirm(uuid(1), tenders, undefined, { by: "Thandi" }));
  await testTill.clock.advance(0);

  expect(JSON.stringify(await testTill.done(testTill.outbox.unwatched.journal(uuid(1))))).toContain("Thandi");
  expect(JSON.stringify(testTill.electrum.sent)).not.toContain("Thandi");
});
