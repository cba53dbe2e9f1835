import { describe, expect, test } from "vitest";
import {
  AT,
  CODE,
  ID,
  OTHER_CODE,
  provisionStart,
  redemptionRequest,
  redemptionStart,
  REVERSAL_ID,
} from "../../test/messages.ts";
import { provisionEvents } from "../../test/provision-events.ts";
import { provisionSituations } from "../../test/provision-situations.ts";
import { redemptionSituations } from "../../test/redemption-situations.ts";
import { jsonResponse } from "../../test/responses.ts";
import { secretLookup, secretProvisionRequest, secrets } from "../../test/secrets.ts";
import { after } from "../../test/specification.ts";
import { textsOf } from "../../test/stored-journal.ts";
import { type Entry, replay, toJournalEntry } from "./journal.ts";
import { decode, decodeEntry, encode, encodeEntry } from "./record.ts";
import { createRetentionRules, redactStored, redactStoredEntry } from "./redact-stored.ts";
import type { RedactText } from "./redact.ts";

const answer = (code: string, attempt = 0): Entry => ({
  type: "fact",
  fact: { type: "response", attempt, at: AT, status: 201, body: JSON.stringify({ id: ID, voucher: { code } }) },
});

const journal: readonly Entry[] = [
  { type: "provisionStarted", start: provisionStart({}, secretProvisionRequest) },
  answer(CODE),
  answer(OTHER_CODE),
];

const stored = textsOf(journal);

const replayStored = (entries: readonly string[]): string =>
  encode(replay(entries.map((entry) => decodeEntry(entry)._unsafeUnwrap()))._unsafeUnwrap());

describe("a stored transaction", () => {
  test("loses its secrets, and its journal still leads to its record", () => {
    const { record, entries } = redactStored(stored)._unsafeUnwrap();
    const left = [record, ...entries].join("");
    expect(Object.values(secrets).filter((secret) => left.includes(String(secret)))).toEqual([]);
    expect(replayStored(entries)).toBe(record);
    // A second voucher stays another one.
    expect(decode(record)._unsafeUnwrap().reconciliation).toMatchObject([{ reason: "secondVoucher" }]);
  });

  test("whose settled items told vouchers apart still tells them apart", () => {
    const settled: Entry = {
      type: "intent",
      intent: { type: "reconcile", outcome: "agrees", by: "Thandi", reason: "INC-4411", at: AT },
    };
    const reversed: readonly Entry[] = [
      { type: "provisionStarted", start: provisionStart() },
      { type: "intent", intent: { type: "cancel", at: AT } },
      { type: "fact", fact: { type: "noResponse", attempt: 0, cause: "deadline", at: AT } },
      {
        type: "fact",
        fact: { type: "adviceResponse", adviceId: REVERSAL_ID, at: AT, ...jsonResponse(202, { id: REVERSAL_ID }) },
      },
      ...[CODE, OTHER_CODE, "5500112233445566", CODE].flatMap((code) => [answer(code), settled]),
    ];
    const { record, entries } = redactStored(textsOf(reversed))._unsafeUnwrap();
    expect(replayStored(entries)).toBe(record);
    const masks = ["***", "*** (second)", "*** (3)"];
    expect(
      decode(record)
        ._unsafeUnwrap()
        .reconciliation.filter(({ reason }) => reason === "lateApproval"),
    ).toMatchObject(masks.map((code) => ({ response: { voucher: { code } } })));
    const again = redactStored({ record, entries })._unsafeUnwrap();
    expect(again).toEqual({ record, entries });
  });

  test("whose second voucher is the one that was asked for has still asked for the one that was found", () => {
    const redeemed: readonly Entry[] = [
      { type: "redemptionStarted", start: redemptionStart() },
      answer(CODE),
      { type: "intent", intent: { type: "redeem", request: redemptionRequest, at: AT } },
      answer(OTHER_CODE, 1),
      answer(CODE, 1),
    ];
    const { record, entries } = redactStored(textsOf(redeemed))._unsafeUnwrap();
    expect(replayStored(entries)).toBe(record);
    expect(decode(record)._unsafeUnwrap()).toMatchObject({
      redeem: { request: { voucher: { code: "***" } } },
      reconciliation: [{ reason: "secondVoucher", response: { voucher: { code: "*** (second)" } } }],
    });
  });

  test("is redacted again to the same", () => {
    const once = redactStored(stored)._unsafeUnwrap();
    expect(redactStored({ ...once, entries: [] })._unsafeUnwrap().record).toBe(once.record);
  });

  test.each([
    ["the record", { ...stored, record: stored.record.replace(CODE, `${CODE}1`) }],
    ["an entry", { ...stored, entries: stored.entries.with(1, "{}") }],
  ])("is not redacted at all if %s is damaged: an operator must examine it", (_, damaged) => {
    expect(redactStored(damaged)._unsafeUnwrapErr()).toMatchObject({ type: "damaged" });
  });

  test("is not redacted if it was written by a newer release", () => {
    const record = stored.record.replace('"version":1', '"version":2');
    expect(redactStored({ ...stored, record })._unsafeUnwrapErr()).toEqual({ type: "newer", version: 2 });
  });
});

test("an entry alone loses its secrets, for a journal that is shown", () => {
  const entry = encodeEntry(
    toJournalEntry({ type: "redemptionStarted", start: redemptionStart({}, secretLookup) }, { state: "lookingUp" }),
  );
  expect(entry).toContain(CODE);
  expect(redactStoredEntry(entry)._unsafeUnwrap()).not.toContain(CODE);
  expect(redactStoredEntry("{}")._unsafeUnwrapErr()).toEqual({ type: "damaged", fault: "format" });
});

describe("a stricter redactor", () => {
  const noText: { readonly text: string } = { text: JSON.parse("null") };

  test("masks texts that the parties chose, in the record and in its journal alike", () => {
    const redactText: RedactText = (text, field) => (field === "originator.operatorId" ? "***" : text);
    const { record, entries } = redactStored(stored, { redactText })._unsafeUnwrap();
    const { operatorId = "" } = secretProvisionRequest.originator;
    expect(stored.record).toContain(operatorId);
    expect([record, ...entries].join("")).not.toContain(operatorId);
    expect(replayStored(entries)).toBe(record);
  });

  test("is asked about nothing that the machines decide by, and about nothing that is masked already", () => {
    const asked = new Map<string, string>();
    const redactText: RedactText = (text, field) => {
      asked.set(field, text);
      return text;
    };
    redactStored(stored, { redactText })._unsafeUnwrap();
    expect([...asked.keys()].toSorted()).toEqual([
      "basketRef",
      "client.id",
      "client.name",
      "originator.channelId",
      "originator.institution.id",
      "originator.institution.name",
      "originator.merchant.merchantId",
      "originator.merchant.merchantName.city",
      "originator.merchant.merchantName.country",
      "originator.merchant.merchantName.name",
      "originator.merchant.merchantName.region",
      "originator.merchant.merchantType",
      "originator.operatorId",
      "originator.terminalId",
      "product.barcode",
      "product.description",
      "product.name",
      "product.productId",
      "product.receiver.id",
      "product.receiver.name",
      "receiver.id",
      "receiver.name",
      "rrn",
      "settlementEntity.id",
      "settlementEntity.name",
      "stan",
      "thirdPartyIdentifiers.institutionId",
      "thirdPartyIdentifiers.transactionIdentifier",
      "voucher.serialNumber",
    ]);
    expect([...asked.values()]).not.toContain("***");
  });

  test.each<[string, RedactText]>([
    ["throws", () => expect.unreachable()],
    ["gives no text", () => noText.text],
  ])("that %s leaves the transaction as it is", (_, redactText) => {
    expect(redactStored(stored, { redactText })._unsafeUnwrapErr()).toEqual({ type: "notRedacted" });
  });
});

describe("retention asks the record whether a transaction is", () => {
  const { standing } = createRetentionRules();

  test.each([
    ["settled", provisionSituations.confirmed()],
    ["settled", redemptionSituations.abandoned()],
    ["unsettled", after(provisionSituations.completed(), provisionEvents["approved, another voucher"])],
    ["open", provisionSituations.issued()],
    ["open", provisionSituations.confirming()],
    ["open", provisionSituations["disputed confirmation"]()],
  ])("%s", (expected, transaction) => {
    expect(standing(encode(transaction))._unsafeUnwrap()).toBe(expected);
  });

  test("and gets no answer from a damaged one", () => {
    expect(standing("{}").isErr()).toBe(true);
  });
});
