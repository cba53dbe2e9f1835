import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AT, ID, provisionRequest, provisionResponse, provisionStart, tenders } from "../../test/messages.ts";
import { startProvision } from "../machines/provision.ts";
import type { Tender } from "./tender.ts";
import { decide, observe } from "../transaction.ts";
import { jsonBytes, MAX_CONFIRMATION_BYTES, MAX_IDENTIFIERS_BYTES, MAX_MESSAGE_BYTES, utf8Bytes } from "./bounds.ts";
import { parseProvisionRequest, parseVoucherLookup } from "./parse.ts";
import { toHttp } from "./operations.ts";

test("the size of text is that of its UTF-8", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 50 }).map((text) => text.toWellFormed()),
      (text) => {
        expect(utf8Bytes(text)).toBe(encodeURIComponent(text).replaceAll(/%../g, "x").length);
      },
    ),
  );
});

describe("a message as sent has at most 64 kB", () => {
  const filled = (length: number) => ({ ...provisionRequest, basketRef: "x".repeat(length) });
  const room = MAX_MESSAGE_BYTES - jsonBytes(filled(0));

  test("a request of exactly so much is sent, and one byte more is refused at the call", () => {
    expect(parseProvisionRequest(filled(room)).isOk()).toBe(true);
    expect(parseProvisionRequest(filled(room + 1))._unsafeUnwrapErr()).toEqual([
      { path: "", expected: "must be at most 65536 bytes as JSON" },
    ]);
  });

  test("bytes count, not characters", () => {
    expect(parseProvisionRequest({ ...provisionRequest, basketRef: "€".repeat(room / 3 + 1) }).isErr()).toBe(true);
  });

  test("a lookup is short enough for a URL", () => {
    const long = "€".repeat(1_300);
    const lookup = parseVoucherLookup({ voucherCode: "1", receiverInstId: long })._unsafeUnwrap();
    expect(toHttp({ operation: "lookupVoucher", message: lookup }).target.length).toBeLessThan(16 * 1024);
    expect(parseVoucherLookup({ voucherCode: "1", receiverInstId: `${long}${long}` }).isErr()).toBe(true);
  });

  test("the largest confirmation that is accepted, with the most identifiers that are echoed, is no larger", () => {
    const identifier = { institutionId: "33", transactionIdentifier: "" };
    const thirdPartyIdentifiers = [
      { ...identifier, transactionIdentifier: "x".repeat(MAX_IDENTIFIERS_BYTES - jsonBytes([identifier])) },
    ];
    const [tender] = tenders;
    const paid: readonly Tender[] = Array.from({ length: MAX_CONFIRMATION_BYTES }, () => tender ?? []).flat();
    const started = startProvision(provisionStart())._unsafeUnwrap().transaction;
    const body = JSON.stringify({ ...provisionResponse, id: ID, thirdPartyIdentifiers });
    const issued = observe(started, { type: "response", attempt: 0, status: 200, body, at: AT }).transaction;
    expect(issued.state).toBe("issued");

    const confirmWith = (count: number) => decide(issued, { type: "confirm", tenders: paid.slice(0, count), at: AT });
    const most = paid.findIndex((_, count) => confirmWith(count + 1).isErr());
    expect(most).toBeGreaterThan(300);
    const [command] = confirmWith(most)._unsafeUnwrap().commands;
    const bytes = command?.type === "queueAdvice" ? jsonBytes(command.advice.message) : Number.POSITIVE_INFINITY;
    expect(bytes).toBeGreaterThan(MAX_CONFIRMATION_BYTES + MAX_IDENTIFIERS_BYTES - 200);
    expect(bytes).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
  });
});
