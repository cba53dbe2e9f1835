import { describe, expect, test } from "vitest";
import {
  AT,
  CONFIRMATION_ID,
  ID,
  provisionRequest,
  provisionStart,
  redemptionRequest,
  redemptionStart,
  REVERSAL_ID,
  tenders,
} from "../../test/messages.ts";
import { provisionSituations } from "../../test/provision-situations.ts";
import { redemptionSituations } from "../../test/redemption-situations.ts";
import { startProvision } from "./provision.ts";
import { startRedemption } from "./redemption.ts";
import type { Intent } from "../step.ts";
import { unwrap } from "../../test/unwrap.ts";
import { decide, decideValidated } from "../transaction.ts";

const v4 = "must be a random UUID (version 4), in lower case";
const different = "must have three different ids: its own, confirmationId and reversalId";
const refusalOf = (...faults: readonly object[]) => ({ type: "invalidMessage", faults });

describe("a start is validated when it comes in", () => {
  test("a sale: every fault of its request", () => {
    const request = { ...provisionRequest, time: "today", client: { id: "shop", name: "x".repeat(41) } };
    expect(startProvision(provisionStart({}, request))._unsafeUnwrapErr()).toEqual(
      refusalOf(
        { path: "time", expected: "must be an RFC 3339 date and time, such as 2026-11-21T09:30:00.000Z" },
        { path: "client.name", expected: "must have at most 40 characters" },
      ),
    );
  });

  test("a redemption: every fault of its lookup", () => {
    expect(startRedemption(redemptionStart({}, { voucherCode: "x".repeat(41) }))._unsafeUnwrapErr()).toEqual(
      refusalOf({ path: "voucherCode", expected: "must have at most 40 characters" }),
    );
  });

  const unreal = "00000000-0000-0000-0000-000000000000";

  test("the ids of its advices are UUIDs, each of them", () => {
    const faults = [
      { path: "confirmationId", expected: v4 },
      { path: "reversalId", expected: v4 },
    ];
    const ids = { confirmationId: unreal, reversalId: "" };
    expect(startProvision({ ...provisionStart(), ...ids })._unsafeUnwrapErr()).toEqual(refusalOf(...faults));
    expect(startRedemption({ ...redemptionStart(), ...ids, id: "x" })._unsafeUnwrapErr()).toEqual(
      refusalOf({ path: "id", expected: v4 }, ...faults),
    );
  });

  test.each([
    ["confirmation and reversal", { confirmationId: REVERSAL_ID }],
    ["confirmation and request", { confirmationId: ID }],
    ["reversal and request", { reversalId: ID }],
  ])("no two messages share an id, or Electrum would take one for a repeat: %s", (_, ids) => {
    expect(startProvision({ ...provisionStart(), ...ids })._unsafeUnwrapErr()).toEqual(
      refusalOf({ path: "", expected: different }),
    );
    expect(startRedemption({ ...redemptionStart(), ...ids })._unsafeUnwrapErr()).toEqual(
      refusalOf({ path: "", expected: different }),
    );
  });

  test("an id in capitals is refused: one sale could be two in a store, and one at Electrum", () => {
    const ids = { confirmationId: CONFIRMATION_ID.toUpperCase(), reversalId: REVERSAL_ID.toUpperCase() };
    const faults = ["id", "confirmationId", "reversalId"].map((path) => ({ path, expected: v4 }));
    const request = { ...provisionRequest, id: ID.toUpperCase() };
    expect(startProvision(provisionStart({}, request))._unsafeUnwrapErr()).toEqual(refusalOf(...faults.slice(0, 1)));
    expect(startProvision({ ...provisionStart(), ...ids })._unsafeUnwrapErr()).toEqual(refusalOf(...faults.slice(1)));
    expect(startRedemption({ ...redemptionStart(), ...ids, id: ID.toUpperCase() })._unsafeUnwrapErr()).toEqual(
      refusalOf(...faults),
    );
  });
});

describe("an intent is validated when it comes in, not when it is replayed", () => {
  const brokenTender = { amount: { amount: 1, currency: "rand" }, tenderType: "CASH" } as const;

  test("a redacted journal's confirmation can still be replayed", () => {
    const confirming = provisionSituations.confirming();
    const issued = provisionSituations.issued();
    const masked = { type: "confirm", tenders: [brokenTender], at: 0 } as const;
    expect(decideValidated(issued, masked)._unsafeUnwrap().transaction.state).toBe("confirming");
    expect(decideValidated(confirming, { type: "confirm", tenders, at: 0 })._unsafeUnwrap().transaction).toBe(
      confirming,
    );
  });

  test("so can a redacted journal's redemption", () => {
    const request = { ...redemptionRequest, customer: { msisdn: "***" } };
    const step = decideValidated(redemptionSituations.found(), { type: "redeem", request, at: 0 });
    expect(step._unsafeUnwrap().transaction.state).toBe("redeeming");
  });
});

describe("who wants something", () => {
  const sale = provisionSituations.issued();
  const faultsOf = (intent: Intent): readonly string[] =>
    decide(sale, intent).match(
      () => [],
      (refusal) => (refusal.type === "invalidMessage" ? refusal.faults.map(({ path }) => path) : [refusal.type]),
    );

  test("may be said with every intent, and is not compared when it is repeated", () => {
    const confirm = (by: string): Intent => ({ type: "confirm", tenders, by, at: AT });
    const { transaction } = unwrap(decide(sale, confirm("Thandi")));
    expect(unwrap(decide(transaction, confirm("Sipho"))).transaction).toBe(transaction);
  });

  test.each([
    ["is empty", ""],
    ["is blank", " "],
    ["is too long", "n".repeat(101)],
    ["would move a cursor", "a\u001b[2J"],
    ["has a second line", "a\nb"],
  ])("names somebody: a name that %s is refused", (_, by) => {
    expect(faultsOf({ type: "cancel", by, at: AT })).toEqual(["by"]);
    expect(faultsOf({ type: "resend", by, reason: "mended", at: AT })).toEqual(["by"]);
  });

  test("and why, if an operator cancels in place of the till", () => {
    const operator = { by: "Thandi", reason: "INC-4411" };
    expect(faultsOf({ type: "cancel", operator, at: AT })).toEqual([]);
    expect(faultsOf({ type: "cancel", operator: { ...operator, by: " " }, at: AT })).toEqual(["operator.by"]);
    expect(faultsOf({ type: "cancel", operator: { ...operator, reason: "" }, at: AT })).toEqual(["operator.reason"]);
  });

  test("must be said by an operator, and why", () => {
    const resend = { type: "resend", by: "Thandi", reason: "mended", at: AT } as const;
    const resolve = { ...resend, type: "resolve", resolution: "reversed" } as const;
    for (const intent of [resend, resolve]) {
      expect(faultsOf(Object.assign({ ...intent }, { by: undefined }))).toEqual(["by"]);
      expect(faultsOf(Object.assign({ ...intent }, { reason: undefined }))).toEqual(["reason"]);
      expect(faultsOf({ ...intent, reason: " " })).toEqual(["reason"]);
    }
  });
});
