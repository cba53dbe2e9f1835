import { describe, expect, test } from "vitest";
import { createInProcessTill, type InProcessTill } from "../../test/in-process-till.ts";
import { textAt, valueAt } from "../../test/http-till.ts";
import { confirmation, provision, redemption, reversal, stellrReceiver, uuid } from "../../test/messages.ts";
import { computeBalance } from "./balance.ts";
import { deliverWindow } from "./forward.ts";
import { allProviders, type ProviderView } from "./inspect.ts";
import { setProfile } from "./world.ts";

// Providers as data: which messages each takes, how many advices may be under way to it, and what a lost answer does.

const booleans = [true, false];
const profiles = booleans.flatMap((takesRetries) =>
  booleans.flatMap((takesConfirmations) =>
    booleans.map((takesReversals) => ({ takesRetries, takesConfirmations, takesReversals })),
  ),
);

const OTT = { id: "ott", name: "OTT" };

const viewOf = (till: InProcessTill, name: string): ProviderView | undefined =>
  allProviders(till.world(), 10).find((each) => each.name === name);

describe.each(profiles)("a provider that takes %o", (profile) => {
  const start = (): InProcessTill => createInProcessTill({ providers: { OTT: profile } });
  const sell = (till: InProcessTill): string =>
    textAt(till.post("/vouchers", provision(uuid(1), { receiver: OTT })).body, "voucher.code");

  test("declines a retry, or gives back the voucher", () => {
    const till = start();
    const code = sell(till);
    const retried = till.post(`/vouchers/${uuid(1)}/retry`, provision(uuid(1), { receiver: OTT }));
    expect([retried.status, valueAt(retried.body, "voucher.code"), retried.body["errorType"]]).toEqual(
      profile.takesRetries ? [200, code, undefined] : [400, undefined, "FUNCTION_NOT_SUPPORTED"],
    );
  });

  test("has a live voucher on approval, if it takes no confirmation", () => {
    const till = start();
    const status = till.post("/redemptions", redemption(uuid(2), sell(till), { receiver: OTT })).status;
    expect(status).toBe(profile.takesConfirmations ? 400 : 201);
  });

  test("is told of a confirmation, if it takes one; it is acknowledged in any case", () => {
    const till = start();
    const code = sell(till);
    expect(till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1))).status).toBe(202);
    expect(till.forwards()).toHaveLength(profile.takesConfirmations ? 1 : 0);
    expect(till.post("/redemptions", redemption(uuid(2), code, { receiver: OTT })).status).toBe(201);
    expect(computeBalance(till.world()).discrepancies).toEqual([]);
  });

  test("is told of a reversal, if it takes one; if not, the voucher stays, to be reconciled", () => {
    const till = start();
    sell(till);
    const { voucherState } = till.transaction(uuid(1)) ?? {};
    expect(till.post("/vouchers/reversals", reversal(uuid(11), uuid(1))).status).toBe(202);
    expect(till.forwards()).toHaveLength(profile.takesReversals ? 1 : 0);
    expect(till.transaction(uuid(1))?.voucherState).toBe(profile.takesReversals ? "REVERSED" : voucherState);
    expect(computeBalance(till.world())).toMatchObject({
      toReconcile: profile.takesReversals ? 0 : 1,
      discrepancies: [],
    });
  });
});

test("a live voucher that was redeemed before its reversal came stays redeemed", () => {
  const till = createInProcessTill({ providers: { OTT: { takesConfirmations: false } } });
  const code = textAt(till.post("/vouchers", provision(uuid(1), { receiver: OTT })).body, "voucher.code");
  till.post("/redemptions", redemption(uuid(2), code, { receiver: OTT }));
  expect(till.post("/vouchers/reversals", reversal(uuid(11), uuid(1)))).toMatchObject({
    status: 400,
    body: { errorType: "VOUCHER_ALREADY_REDEEMED" },
  });
});

test("a provider may have the name of an inherited member", () => {
  const till = createInProcessTill();
  till.changeWorld((world) => setProfile(world, "constructor", { takesRetries: false }));
  const receiver = { id: "1", name: "constructor" };
  expect(till.post("/vouchers", provision(uuid(1), { receiver })).status).toBe(201);
  expect(till.post(`/vouchers/${uuid(1)}/retry`, provision(uuid(1), { receiver })).status).toBe(400);
  expect(viewOf(till, "constructor")).toMatchObject({ profile: { takesRetries: false, window: 1 }, receivedCount: 1 });
});

test("a profile may change, also that of a provider that is documented", () => {
  const till = createInProcessTill();
  till.changeWorld((world) => setProfile(world, "Stellr", { takesReversals: true }));
  till.post("/vouchers", provision(uuid(1), { receiver: stellrReceiver }));
  till.post("/vouchers/reversals", reversal(uuid(11), uuid(1)));
  expect(till.forwards()).toMatchObject([{ provider: "Stellr", operation: "reverseVoucher" }]);
});

describe("the advices of a provider", () => {
  const startWithThree = (window: number): InProcessTill => {
    const till = createInProcessTill({ providers: { standard: { window } } });
    for (const number of [1, 2, 3]) {
      till.post("/vouchers", provision(uuid(number)));
      till.post("/vouchers/confirmations", confirmation(uuid(10 + number), uuid(number)));
    }
    return till;
  };
  const attemptsOf = (till: InProcessTill): readonly number[] =>
    (viewOf(till, "standard")?.queue ?? []).map(({ attempts }) => attempts);
  const deliver = (till: InProcessTill): void => till.changeWorld((world) => deliverWindow(world, "standard", 0));

  test("are under way as many at once as its window says, oldest first", () => {
    const till = startWithThree(2);
    till.setProvider("standard", { state: "down" });
    deliver(till);
    expect(attemptsOf(till)).toEqual([1, 1, 0]);
    till.setProvider("standard", { state: "up" });
    deliver(till);
    expect(attemptsOf(till)).toEqual([0]);
    deliver(till);
    deliver(till);
    expect(attemptsOf(till)).toEqual([]);
  });

  test("reach it twice if its answer was lost: it did them, and the switch repeats", () => {
    const till = startWithThree(1);
    till.setProvider("standard", { state: "answerLost" });
    deliver(till);
    deliver(till);
    expect(attemptsOf(till)).toEqual([2, 0, 0]);
    expect(till.transaction(uuid(1))?.providerState).toBe("confirmed");
    till.setProvider("standard", { state: "up" });
    deliver(till);
    const received = viewOf(till, "standard")?.receivedMessages ?? [];
    expect(received.filter(({ id }) => id === uuid(11))).toHaveLength(3);
    expect(attemptsOf(till)).toEqual([0, 0]);
  });
});

test("a request whose answer was lost is done: 504, and the retry brings the voucher that was issued", () => {
  const till = createInProcessTill();
  till.setProvider("standard", { state: "answerLost" });
  expect(till.post("/vouchers", provision(uuid(1)))).toMatchObject({
    status: 504,
    body: { errorType: "UPSTREAM_UNAVAILABLE" },
  });
  const { voucherCode } = till.transaction(uuid(1)) ?? {};
  till.setProvider("standard", { state: "up" });
  const retried = till.post(`/vouchers/${uuid(1)}/retry`, provision(uuid(1)));
  expect(voucherCode).toBe(textAt(retried.body, "voucher.code"));
});

test("an approval carries the slip that is to be printed", () => {
  const till = createInProcessTill();
  const sold = till.post("/vouchers", provision(uuid(1)));
  const code = textAt(sold.body, "voucher.code");
  expect(valueAt(sold.body, "slipData")).toMatchObject({
    slipWidth: 40,
    issuerReference: "SLIP00000001",
    messageLines: expect.arrayContaining([{ text: code, barcode: { data: code, encoding: "CODE128" } }]),
  });
  till.post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
  const redeemed = till.post("/redemptions", redemption(uuid(2), code));
  expect(valueAt(redeemed.body, "slipData.messageLines")).toMatchObject([
    { text: "REDEMPTION" },
    { text: "Amount 50.00 (currency 710)" },
    { cut: true },
  ]);
  expect(JSON.stringify(valueAt(redeemed.body, "slipData"))).not.toContain(code);
});
