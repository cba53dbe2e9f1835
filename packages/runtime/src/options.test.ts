import { defaultPolicy, parsePolicy, type Policy } from "@electrum-vouchers/core";
import { provisionRequest, redemptionRequest, secrets, uuid, voucherLookup } from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { createTestTill } from "../test/test-till.ts";
import type { TillOptions } from "./options.ts";

/** What a caller without types may give. */
const untyped = (options: object): Partial<TillOptions> => options;

function untypedPolicy(value: object): Policy {
  const policy: Policy = Object(value);
  return policy;
}

async function errorOf(options: Partial<TillOptions>): Promise<unknown> {
  const testTill = createTestTill();
  const started = await testTill.open(options).catch((error: unknown) => error);
  expect(testTill.outbox.count("claim")).toBe(0);
  return started;
}

describe("a till does not start with wrong options, and names them all at once", () => {
  test("in one error", async () => {
    const error = await errorOf(
      untyped({
        electrum: {},
        outbox: null,
        policy: { retries: 1 },
        onEvent: "log",
        clients: ["shop", ""],
        forwarding: { concurrency: 0, deadlineMs: "60", backoff: { initialMs: -1, multiplier: 0, maxMs: 1 }, slots: 2 },
        retention: { redactAfterMs: 0, deleteAfterMs: 1e15, redactText: "***", keepForMs: 1 },
        takeoverGraceMs: Number.NaN,
        stopTimeoutMs: -1,
        clock: { now: () => 0 },
        newId: uuid(1),
        retries: 3,
      }),
    );
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toHaveProperty(
      "faults",
      expect.arrayContaining(
        [
          "electrum.send",
          "outbox",
          "policy.messaging",
          "policy.retryBackoff",
          "onEvent",
          "clients.1",
          "forwarding.concurrency",
          "forwarding.deadlineMs",
          "forwarding.backoff.initialMs",
          "forwarding.backoff.multiplier",
          "forwarding.slots",
          "retention.redactAfterMs",
          "retention.deleteAfterMs",
          "retention.redactText",
          "retention.keepForMs",
          "takeoverGraceMs",
          "stopTimeoutMs",
          "clock.sleep",
          "clock.monotonicMs",
          "newId",
          "retries",
        ].map((path): unknown => expect.objectContaining({ path })),
      ),
    );
    expect(String(error)).toContain("startTill: electrum.send must be a function; ");
  });

  test("retention that deletes before it redacts, and retention of an outbox that cannot erase", async () => {
    const hourMs = 60 * 60 * 1_000;
    const retention = { redactAfterMs: 3 * hourMs, redactUnsettledAfterMs: 2 * hourMs, deleteAfterMs: hourMs };
    const error = await errorOf({ retention });
    expect(error).toHaveProperty(
      "faults",
      [
        "retention.redactUnsettledAfterMs",
        "retention.deleteAfterMs",
        "outbox.beginRetention",
        "outbox.applyRetention",
      ].map((path): unknown => expect.objectContaining({ path })),
    );
  });

  test("a policy that is none", async () => {
    for (const policy of [{}, null, undefined, 5, parsePolicy(), { ...defaultPolicy, retryBackoff: undefined }]) {
      expect(await errorOf(untyped({ policy }))).toBeInstanceOf(TypeError);
    }
  });

  test("the policy is copied when the till starts", async () => {
    const policy = structuredClone(defaultPolicy);
    const testTill = createTestTill();
    const till = await testTill.open({ policy });
    Object.assign(policy, { retries: 99, messaging: "triple" });
    await testTill.done(till.provision(provisionRequest()));
    expect((await testTill.stored(uuid(1))).start.policy).toEqual(defaultPolicy);
  });
});

describe("what a policy selector returns is validated, and nothing is stored under what is none", () => {
  const bad: Policy = Object.assign({}, defaultPolicy, { retryBackoff: undefined });

  test.each<[string, () => Policy, string]>([
    ["a policy without a part", () => bad, "retryBackoff"],
    ["an empty one", () => untypedPolicy({}), "messaging"],
    ["a promise", () => untypedPolicy(Promise.resolve(defaultPolicy)), ""],
    [
      "an error that it throws",
      () => {
        throw new Error(`no provider for ${secrets.code}`);
      },
      "",
    ],
  ])("%s", async (_, policy, path) => {
    const testTill = createTestTill();
    const till = await testTill.open({ policy });
    for (const call of [till.provision(provisionRequest()), till.lookUp(voucherLookup)]) {
      const error = await testTill.failed<unknown, unknown>(call);
      expect(error).toMatchObject({ type: "refused", refusal: { type: "invalidPolicy", faults: expect.anything() } });
      expect(error).toHaveProperty("refusal.faults.0.path", path);
      expect(JSON.stringify(error)).not.toContain(secrets.code);
    }
    expect(testTill.outbox.count("commit")).toBe(0);
    expect(testTill.electrum.sent).toEqual([]);
  });

  test("also at redeem, once the provider is known: the voucher stays found", async () => {
    const testTill = createTestTill();
    const policy = (subject: object): Policy => ("redemption" in subject ? bad : defaultPolicy);
    const till = await testTill.open({ policy });
    await testTill.done(till.lookUp(voucherLookup, { id: uuid(1) }));
    expect(await testTill.failed(till.redeem(redemptionRequest()))).toMatchObject({
      refusal: { type: "invalidPolicy", faults: [{ path: "retryBackoff" }] },
    });
    expect((await testTill.stored(uuid(1))).state).toBe("found");
  });
});
