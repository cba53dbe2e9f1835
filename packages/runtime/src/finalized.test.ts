import { never, provisionRequest, type Script, tenders, uuid } from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { createTestTill } from "../test/test-till.ts";

// A caller may wait for the end of a transaction, whichever process brings it about.

const silentFirst =
  (wanted: string): Script =>
  ({ operation }, nth) =>
    operation === wanted && nth === 0 ? never : undefined;

describe("finalized", () => {
  test("given a transaction that is final, then it is given at once", async () => {
    const testTill = createTestTill({ messaging: "single" });
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));

    expect((await testTill.done(till.finalized(uuid(1)))).state).toBe("completed");
  });

  test("given a confirmation that is under way, then it resolves at the moment of the acknowledgement", async () => {
    const testTill = createTestTill({
      script: ({ operation }) => (operation === "confirmVoucher" ? { afterMs: 5_000 } : undefined),
    });
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));
    const waiting = till.finalized(uuid(1));
    await testTill.done(till.confirm(uuid(1), tenders));
    const at = testTill.clock.now();

    expect((await testTill.done(waiting)).state).toBe("confirmed");
    expect(testTill.clock.now()).toBe(at + 5_000);
  });

  test("given a process that dies, then it resolves with what another one made of it", async () => {
    const testTill = createTestTill({ retries: 0, script: silentFirst("provisionVoucher") });
    const dying = await testTill.open();
    const till = await testTill.open();
    void dying.provision(provisionRequest()).unwrapOr("it is killed");
    await testTill.clock.advance(1_000);
    const waiting = till.finalized(uuid(1));
    dying.kill();

    expect((await testTill.done(waiting)).state).toBe("reversed");
    expect(testTill.operations()).toEqual(["provisionVoucher", "reverseVoucher"]);
  });

  test("given that the till stops, then it says so", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));
    const waiting = till.finalized(uuid(1));
    await testTill.clock.advance(1_000);

    await testTill.settled(till.stop());

    expect(await testTill.failed(waiting)).toEqual({ type: "stopped" });
  });

  test("given no such transaction, then it says so", async () => {
    const testTill = createTestTill();
    const till = await testTill.open();
    expect(await testTill.failed(till.finalized(uuid(9)))).toEqual({ type: "unknownTransaction", id: uuid(9) });
  });
});
