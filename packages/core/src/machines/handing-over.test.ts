import { describe, expect, test } from "vitest";
import { AT, CODE, OTHER_CODE, SECONDS } from "../../test/messages.ts";
import { provisionEvents } from "../../test/provision-events.ts";
import { provisionSituations } from "../../test/provision-situations.ts";
import { redemptionSituations } from "../../test/redemption-situations.ts";
import { refundSituations } from "../../test/refund-situations.ts";
import { after } from "../../test/specification.ts";
import { unwrap } from "../../test/unwrap.ts";
import { handOver } from "../hand-over.ts";
import type { HandOverIntent, Intent } from "../step.ts";
import { redact } from "../storage/redact.ts";
import { decideValidated, type Transaction } from "../transaction.ts";
import { toView } from "../view.ts";
import { awaitsHandOver } from "./handing-over.ts";

// A voucher that was handed over is as good as cash: it is given out once, and again only as a copy.

const at = AT + 60 * SECONDS;
const copy = { by: "Thandi", reason: "the printer ate it" };
const handingOver: HandOverIntent = { type: "handOver", by: "Sipho", at };

const take = (transaction: Transaction, intent: Intent): Transaction =>
  unwrap(decideValidated(transaction, intent)).transaction;

const tracked = (transaction: ReturnType<typeof provisionSituations.confirmed>): Transaction =>
  transaction.kind === "provision"
    ? { ...transaction, start: { ...transaction.start, policy: { ...transaction.start.policy, tracksPrinting: true } } }
    : transaction;

describe("a voucher", () => {
  test("is marked as handed over, and then is no more to be handed over", () => {
    const confirmed = provisionSituations.confirmed();
    expect(awaitsHandOver(confirmed)).toBe(true);
    const given = take(confirmed, handingOver);
    expect(given).toEqual({ ...confirmed, handedOver: { by: "Sipho", at, copies: 0 } });
    expect(awaitsHandOver(given)).toBe(false);
    expect(unwrap(handOver(given))).not.toHaveProperty("copy");
    expect(toView(given).handedOver).toEqual(given.handedOver);
  });

  test("is given out once: again it is a copy, with a name and a reason", () => {
    const given = take(provisionSituations.confirmed(), handingOver);
    expect(decideValidated(given, { ...handingOver, at: at + 1 })._unsafeUnwrapErr()).toEqual({
      type: "alreadyHandedOver",
      handedOver: given.handedOver,
    });
    const copied = take(given, { ...handingOver, copy, at: at + 1 });
    expect(copied.handedOver).toEqual({ by: "Sipho", at, copies: 1 });
    expect(unwrap(handOver(copied))).toMatchObject({ copy: 1, voucher: { code: CODE } });
    expect(unwrap(handOver(take(copied, { ...handingOver, copy })))).toMatchObject({ copy: 2 });
  });

  test("is handed over with its confirmation, in one step", () => {
    const issued = provisionSituations.issued();
    const step = unwrap(decideValidated(issued, { type: "confirm", tenders: [], handOver: true, by: "Sipho", at }));
    expect(step.transaction).toMatchObject({ state: "confirming", handedOver: { by: "Sipho", at, copies: 0 } });
    expect(step.commands).toMatchObject([{ type: "queueAdvice" }]);
    expect(
      decideValidated(step.transaction, { type: "confirm", tenders: [], handOver: true, at })._unsafeUnwrapErr(),
    ).toMatchObject({
      type: "alreadyHandedOver",
    });
    expect(unwrap(decideValidated(step.transaction, { type: "confirm", tenders: [], at })).transaction).toBe(
      step.transaction,
    );
  });

  test("keeps its mark, whatever becomes of it", () => {
    const given = take(provisionSituations.confirming(), handingOver);
    for (const end of ["advice accepted", "advice contradicted"] as const)
      expect(after(given, provisionEvents[end]).handedOver).toEqual(given.handedOver);
    expect(redact(given).handedOver).toEqual(given.handedOver);
  });
});

describe("where the till says what it has printed", () => {
  test("it may have the voucher again until then, as a copy", () => {
    const given = take(tracked(provisionSituations.confirmed()), handingOver);
    expect(awaitsHandOver(given)).toBe(true);
    const again = take(given, { ...handingOver, at: at + 1 });
    expect(again.handedOver).toMatchObject({ copies: 1 });
    const printed = take(again, { type: "printed", at: at + 2 });
    expect(printed.handedOver).toMatchObject({ copies: 1, printedAt: at + 2 });
    expect(awaitsHandOver(printed)).toBe(false);
    expect(take(printed, { type: "printed", at: at + 3 })).toBe(printed);
    expect(decideValidated(printed, handingOver)._unsafeUnwrapErr()).toMatchObject({ type: "alreadyHandedOver" });
  });
});

test("a redemption tracks printing as the policy says that came with its redeem", () => {
  const confirmed = redemptionSituations.confirmed();
  if (confirmed.kind !== "redemption" || !("redeem" in confirmed)) throw new TypeError("it is redeemed");
  const policy = { ...confirmed.start.policy, tracksPrinting: true };
  const given = take({ ...confirmed, redeem: { ...confirmed.redeem, policy } }, handingOver);
  expect(take(given, handingOver).handedOver).toMatchObject({ copies: 1 });
});

describe("a change voucher", () => {
  test("is to be handed over like a sale's; a redemption without one owes the customer nothing", () => {
    const confirmed = redemptionSituations.confirmed();
    expect(awaitsHandOver(confirmed)).toBe(false);
    if (confirmed.state !== "confirmed") throw new TypeError("it is confirmed");
    const approval = {
      ...confirmed.approval,
      response: { ...confirmed.approval.response, voucher: { code: OTHER_CODE } },
    };
    const withChange = { ...confirmed, approval };
    expect(awaitsHandOver(withChange)).toBe(true);
    expect(awaitsHandOver(take(withChange, handingOver))).toBe(false);
  });

  test("may come of a refund too: the value is refunded to another voucher than was redeemed", () => {
    const voucher = { code: OTHER_CODE, serialNumber: "S-2" };
    const confirmed = refundSituations.confirmed();
    expect(awaitsHandOver(confirmed)).toBe(false);
    if (confirmed.state !== "confirmed") throw new TypeError("it is confirmed");
    const approval = { ...confirmed.approval, response: { ...confirmed.approval.response, voucher } };
    const withAnother: Transaction = { ...confirmed, approval };
    expect(awaitsHandOver(withAnother)).toBe(true);
    expect(handOver(withAnother)._unsafeUnwrap()).toEqual({ voucher });
    expect(toView(withAnother)).toMatchObject({ approval: { changeVoucher: { serialNumber: "S-2" } } });
    expect(awaitsHandOver(take(withAnother, handingOver))).toBe(false);
  });
});

test("what was redacted is not to be handed over any more", () => {
  expect(awaitsHandOver(redact(provisionSituations.confirmed()))).toBe(false);
});
