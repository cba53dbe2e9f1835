import { provisionRequest, uuid } from "@electrum-vouchers/testkit";
import { decodeEntry } from "@electrum-vouchers/core";
import { describe, expect, test } from "vitest";
import { createTestTill, type TestTill } from "../test/test-till.ts";

/** What a gateway in trouble says to everything. */
const page = { response: { status: 503, body: `<html>${"x".repeat(500_000)}</html>` } };

/** The bytes of every entry in the journal. */
async function journalOf(testTill: TestTill, id: string): Promise<readonly string[]> {
  const journal = await testTill.outbox.unwatched.journal(id);
  return journal._unsafeUnwrap().map((entry) => {
    decodeEntry(entry)._unsafeUnwrap();
    return entry;
  });
}

describe("one sale against a bad gateway", () => {
  test("does not fill the disk: of each page only the beginning is kept", async () => {
    const testTill = createTestTill({
      script: ({ operation }) => (operation === "reverseVoucher" ? undefined : page),
    });
    const till = await testTill.open();
    await testTill.done(till.provision(provisionRequest()));
    await testTill.clock.advance(0);

    expect((await testTill.stored(uuid(1))).state).toBe("reversed");
    const entries = await journalOf(testTill, uuid(1));
    expect(entries.filter((entry) => entry.includes("<html>xxx")).length).toBeGreaterThan(1);
    for (const entry of entries) expect(entry.length).toBeLessThan(8_000);
  });
});
