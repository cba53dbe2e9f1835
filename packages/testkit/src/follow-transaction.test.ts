import { type ProvisionStart, startProvision } from "@electrum-vouchers/core";
import { describe, expect, test } from "vitest";
import { followTransaction } from "./follow-transaction.ts";
import { policyOf } from "./messages/policies.ts";
import { provisionRequest, uuid } from "./messages/requests.ts";
import { approvedProvision, declinedResponse } from "./messages/responses.ts";
import { unwrap } from "./unwrap.ts";

const start: ProvisionStart = {
  request: provisionRequest(),
  policy: policyOf(),
  confirmationId: uuid(2),
  reversalId: uuid(3),
  at: 0,
};

const selling = () => followTransaction(unwrap(startProvision(start)));

test("given a sale, when Electrum approves a retry of it, then it is issued", () => {
  const flow = selling();
  flow.sends({ operation: "provisionVoucher", message: start.request }, 0, 60);
  flow.at(60).timesOut();
  flow.waits("retry", 0, [0, 10]);
  flow.wakesAt(70);
  flow.sends({ operation: "retryProvisionVoucher", message: start.request }, 1, 130);
  flow.at(71).receives(approvedProvision(start.request));
  flow.isIn("issued");

  expect(flow.transaction()).toMatchObject({ id: start.request.id, state: "issued" });
});

describe("what is not as it is said is told", () => {
  test("another state", () => {
    const flow = selling();
    flow.receives(declinedResponse());

    expect(() => flow.isIn("issued")).toThrow(/declined/);
  });

  test("another command", () => {
    expect(() => selling().isIn("requesting")).toThrow(/sendRequest/);
  });

  test("another deadline", () => {
    expect(() => selling().sends({ operation: "provisionVoucher", message: start.request }, 0, 61)).toThrow(
      /deadlineAt/,
    );
  });

  test("a pause that is too long", () => {
    const flow = selling();
    flow.at(60).timesOut();

    expect(() => flow.waits("retry", 0, [0, 0.1])).toThrow("expected 0 to 0.1 s");
  });
});
