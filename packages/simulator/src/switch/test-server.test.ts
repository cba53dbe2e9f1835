import { beforeEach, describe, expect, test } from "vitest";
import { advice, confirmation, provision, redemption, refund, reversal, USER, uuid } from "../../test/messages.ts";
import { fromSwitchResponse, type TestResponse, textAt, valueAt } from "../../test/http-till.ts";
import { handle } from "./handle.ts";
import { createWorld, type World } from "./world.ts";

// Electrum's test server of 2019, to its last crash: what `emulateTestServer` changes. What it does as every switch does is in
// `conformance.test.ts`.

let world: World;

beforeEach(() => {
  world = createWorld();
});

const send = (method: string, target: string, message: object = {}): TestResponse => {
  const request = { method, target, body: JSON.stringify(message), user: USER, at: 0, emulateTestServer: true };
  const handled = handle(world, request);
  world = handled.world;
  return fromSwitchResponse(handled.response);
};

const post = (target: string, message: object): TestResponse => send("POST", target, message);

/** A voucher of a confirmed sale. */
function sellVoucher(): string {
  const code = textAt(post("/vouchers", provision(uuid(1))).body, "voucher.code");
  post("/vouchers/confirmations", confirmation(uuid(11), uuid(1)));
  return code;
}

const errorTypeOf = ({ status, body }: TestResponse): string => `${status} ${textAt(body, "errorType")}`;

test("a FORMAT_ERROR has messages alone, and no id", () => {
  const { body, status } = post("/vouchers", { ...provision(uuid(1)), time: undefined, surprise: 1 });
  expect({ status, body }).toEqual({
    status: 400,
    body: {
      errorType: "FORMAT_ERROR",
      errorMessage: "Format error.",
      detailMessage: {
        formatErrors: [
          { msg: "surprise Unrecognized field, not marked as ignorable" },
          { msg: "time must not be null" },
        ],
      },
    },
  });
});

test("a sale without a receiver crashes after it was recorded, so that sending it again is a duplicate", () => {
  const { receiver: _, ...message } = provision(uuid(1));
  expect(post("/vouchers", message)).toMatchObject({ status: 500, body: {} });
  expect(errorTypeOf(post("/vouchers", message))).toBe("400 DUPLICATE_RECORD");
});

describe("it has no", () => {
  test.each([
    ["GET", "/vouchers?voucherCode=1", 405],
    ["GET", "/products", 404],
    ["POST", `/vouchers/${uuid(1)}/retry`, 404],
    ["GET", `/redemptions/${uuid(1)}`, 404],
    ["GET", "/products", 404],
  ])("%s %s", (method, target, status) => {
    expect(send(method, target, provision(uuid(1)))).toMatchObject({ status, body: {} });
  });
});

describe("a voucher has no state before its sale is confirmed, so that its refund crashes", () => {
  test("while it waits", () => {
    const code = textAt(post("/vouchers", provision(uuid(1))).body, "voucher.code");
    expect(post("/refunds", refund(uuid(3), code))).toMatchObject({ status: 500, body: {} });
  });

  test("once its sale was reversed", () => {
    const code = textAt(post("/vouchers", provision(uuid(1))).body, "voucher.code");
    post("/vouchers/reversals", reversal(uuid(11), uuid(1)));
    expect(post("/refunds", refund(uuid(3), code)).status).toBe(500);
  });
});

describe("an advice is judged by the voucher's state, whichever transaction brought it there", () => {
  /** Two redemptions of one voucher: the first was reversed, the second holds it. */
  function redeemTwice(): void {
    const code = sellVoucher();
    post("/redemptions", redemption(uuid(2), code));
    post("/redemptions/reversals", reversal(uuid(12), uuid(2)));
    post("/redemptions", redemption(uuid(4), code));
  }

  test("a repeated reversal of the first undoes the second", () => {
    redeemTwice();
    expect(post("/redemptions/reversals", reversal(uuid(12), uuid(2))).status).toBe(202);
    expect(errorTypeOf(post("/redemptions/confirmations", advice(uuid(14), uuid(4))))).toBe("400 VOUCHER_NOT_REDEEMED");
  });

  test("a confirmation of the first confirms the second's voucher", () => {
    redeemTwice();
    expect(post("/redemptions/confirmations", advice(uuid(14), uuid(2))).status).toBe(202);
    const again = post("/redemptions/confirmations", advice(uuid(15), uuid(4)));
    expect(errorTypeOf(again)).toBe("400 VOUCHER_NOT_REDEEMED");
    expect(valueAt(again.body, "detailMessage.freeString")).toContain("CONFIRMED_REDEEMED");
  });

  test("a repeated reversal of a redemption is not found", () => {
    const code = sellVoucher();
    post("/redemptions", redemption(uuid(2), code));
    expect(post("/redemptions/reversals", reversal(uuid(12), uuid(2))).status).toBe(202);
    expect(errorTypeOf(post("/redemptions/reversals", reversal(uuid(12), uuid(2))))).toBe(
      "404 UNABLE_TO_LOCATE_RECORD",
    );
  });

  test("a reversal of a confirmed redemption names the confirmation", () => {
    const code = sellVoucher();
    post("/redemptions", redemption(uuid(2), code));
    post("/redemptions/confirmations", advice(uuid(12), uuid(2)));
    const refused = post("/redemptions/reversals", reversal(uuid(13), uuid(2)));
    expect(errorTypeOf(refused)).toBe("400 REDEMPTION_ALREADY_CONFIRMED");
  });
});

describe("a refund", () => {
  beforeEach(() => {
    const code = sellVoucher();
    post("/redemptions", redemption(uuid(2), code));
    post("/redemptions/confirmations", advice(uuid(12), uuid(2)));
    post("/refunds", refund(uuid(3), code));
  });

  test("whose reversal is repeated crashes, for ever", () => {
    expect(post("/refunds/reversals", reversal(uuid(13), uuid(3))).status).toBe(202);
    const again = [1, 2, 3].map(() => post("/refunds/reversals", reversal(uuid(13), uuid(3))).status);
    expect(again).toEqual([500, 500, 500]);
  });

  test("is confirmed once, and named by its state from then on", () => {
    expect(post("/refunds/confirmations", advice(uuid(13), uuid(3))).status).toBe(202);
    const again = post("/refunds/confirmations", advice(uuid(13), uuid(3)));
    expect(errorTypeOf(again)).toBe("400 VOUCHER_NOT_REFUNDED");
    expect(valueAt(again.body, "detailMessage.freeString")).toContain("CONFIRMED_PROVISIONED");
    expect(errorTypeOf(post("/refunds/reversals", reversal(uuid(14), uuid(3))))).toBe("400 REFUND_ALREADY_CONFIRMED");
  });
});
