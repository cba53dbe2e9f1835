import { describe, expect, test } from "vitest";
import { type Flow, followTransaction } from "../../test/flow.ts";
import {
  AT,
  AUTHORISED,
  lookupResponse,
  provisionRequest,
  provisionResponse,
  provisionStart,
  redemptionRequest,
  redemptionResponse,
  redemptionStart,
  tenders,
} from "../../test/messages.ts";
import { jsonResponse } from "../../test/responses.ts";
import { unwrap } from "../../test/unwrap.ts";
import { startProvision } from "./provision.ts";
import { startRedemption } from "./redemption.ts";

// What an advice bears besides its ids: the references of the request, unless the till gives others, and amounts.

const references = { stan: "000123", rrn: "RRN-9" };
const others = { stan: "000124", rrn: "RRN-10" };

function issuedSale(): Flow {
  const flow = followTransaction(unwrap(startProvision(provisionStart({}, { ...provisionRequest, ...references }))));
  flow.receives(jsonResponse(201, provisionResponse));
  return flow;
}

function redeemed(): Flow {
  const flow = followTransaction(unwrap(startRedemption(redemptionStart())));
  flow.receives(jsonResponse(200, lookupResponse));
  flow.intends({ type: "redeem", request: { ...redemptionRequest, ...references } });
  flow.receives(jsonResponse(201, redemptionResponse));
  return flow;
}

const kinds = [
  ["a sale", issuedSale, { type: "confirm", tenders }],
  ["a redemption", redeemed, { type: "confirm" }],
] as const;

describe.each(kinds)("the advice of %s", (_, begin, confirm) => {
  test("bears the request's stan and rrn", () => {
    for (const intent of [confirm, { type: "cancel" } as const]) {
      const flow = begin();
      flow.intends(intent);
      expect(flow.transaction()).toMatchObject({ advice: { message: references } });
    }
  });

  test("bears those that the till gives; the same again need not give them", () => {
    for (const intent of [confirm, { type: "cancel" } as const]) {
      const flow = begin();
      flow.intends({ ...intent, ...others });
      expect(flow.transaction()).toMatchObject({ advice: { message: others } });
      flow.intendsAgain(intent);
    }
  });

  test("reverses a part, if the till says how much, and no more than was authorised", () => {
    const part = { approvedAmount: { ...AUTHORISED, amount: AUTHORISED.amount - 1 } };
    const flow = begin();
    flow.isRefused(
      { type: "cancel", amounts: { approvedAmount: { ...AUTHORISED, amount: AUTHORISED.amount + 1 } } },
      { type: "notAuthorised", authorised: AUTHORISED },
    );
    flow.intends({ type: "cancel", amounts: part });
    expect(flow.transaction()).toMatchObject({ state: "reversing", advice: { message: { amounts: part } } });
    flow.intendsAgain({ type: "cancel", amounts: part });
    flow.isRefused({ type: "cancel" }, { type: "contentDiffers", intent: "cancel", decidedAt: AT });
  });
});

test("without an approval there is no part to reverse", () => {
  const flow = followTransaction(unwrap(startProvision(provisionStart())));
  flow.isRefused(
    { type: "cancel", amounts: { approvedAmount: AUTHORISED } },
    { type: "wrongState", intent: "cancel", state: "requesting" },
  );
  expect(flow.transaction().state).toBe("requesting");
});
