import { describe, expect, test } from "vitest";
import { refundRequest, refundStart } from "../../test/messages.ts";
import { refundEvents } from "../../test/refund-events.ts";
import { refundSituations } from "../../test/refund-situations.ts";
import { refundTable } from "../../test/refund-table.ts";
import { actualSteps, expectedSteps, findUndefinedFields, namesOf } from "../../test/specification.ts";
import { refundStates } from "../transaction.ts";
import { startRefund } from "./refund.ts";

const machine = { situations: refundSituations, events: refundEvents, table: refundTable };
const situations = namesOf(refundSituations);
const events = namesOf(refundEvents);

describe(`the refund, in ${situations.length} situations x ${events.length} events = ${situations.length * events.length} pairs`, () => {
  test.each(situations)("%s", (situation) => {
    expect(actualSteps(machine, situation)).toEqual(expectedSteps(machine, situation));
  });

  test("no step leaves a field that is undefined: it would not be stored", () => {
    expect(situations.flatMap((situation) => findUndefinedFields(machine, situation))).toEqual([]);
  });

  test("the situations contain every state", () => {
    expect(new Set(situations.map((situation) => refundSituations[situation]().state))).toEqual(new Set(refundStates));
  });
});

describe("the start of a refund", () => {
  test("sends the request, pin and all, and stores it without the pin", () => {
    const request = {
      ...refundRequest,
      voucher: { ...refundRequest.voucher, pin: { type: "CLEAR_PIN", pin: "1234" } },
    } as const;
    const { transaction, commands } = startRefund(refundStart({}, request))._unsafeUnwrap();
    expect(transaction.start.request).toEqual(refundRequest);
    expect(commands).toMatchObject([
      { type: "sendRequest", attempt: 0, request: { operation: "refundVoucher", message: request } },
    ]);
  });

  test("is refused with every fault of its request", () => {
    const request = { ...refundRequest, voucher: { code: "" }, redemptionId: "R-1" };
    expect(startRefund(refundStart({}, request))._unsafeUnwrapErr()).toEqual({
      type: "invalidMessage",
      faults: [
        { path: "voucher.code", expected: "must not be empty" },
        { path: "redemptionId", expected: "must be a UUID (8-4-4-4-12)" },
      ],
    });
  });

  test("is refused if one of its ids is used twice", () => {
    const start = { ...refundStart(), confirmationId: refundRequest.id };
    expect(startRefund(start)._unsafeUnwrapErr()).toMatchObject({ type: "invalidMessage" });
  });
});
