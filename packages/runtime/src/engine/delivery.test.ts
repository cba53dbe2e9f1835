import {
  type Advice,
  backoffMs,
  type HttpResponse,
  pendingAdvice,
  resume,
  startProvision,
  observe,
  decide,
  defaultPolicy,
  type Transaction,
} from "@electrum-vouchers/core";
import { provisionRequest, tenders, unwrap, uuid } from "@electrum-vouchers/testkit";
import { describe, expect, test } from "vitest";
import { afterDelivery, defaultDeliveryBackoff, type DeliveryOutcome } from "./delivery.ts";

const AT = Date.parse("2026-03-01T08:00:00.000Z");
const request = provisionRequest(uuid(1));

function owing(kind: "confirmation" | "reversal"): { readonly transaction: Transaction; readonly advice: Advice } {
  const ids = { confirmationId: uuid(2), reversalId: uuid(3) };
  const started = unwrap(startProvision({ request, policy: defaultPolicy, ...ids, at: AT }));
  const body = JSON.stringify({ ...request, voucher: { code: "1234" } });
  const { transaction } = observe(started.transaction, { type: "response", attempt: 0, status: 201, body, at: AT });
  const intent =
    kind === "confirmation" ? ({ type: "confirm", tenders, at: AT } as const) : ({ type: "cancel", at: AT } as const);
  const decided = unwrap(decide(transaction, intent)).transaction;
  const pending = pendingAdvice(decided);
  if (pending === undefined) throw new Error("it owes an advice");
  return { transaction: decided, advice: pending.advice };
}

const confirmation = owing("confirmation");
const reversal = owing("reversal");

const deliver = (
  response: Partial<HttpResponse>,
  { repeats = 0, at = AT, owed = confirmation }: { repeats?: number; at?: number; owed?: typeof confirmation } = {},
): DeliveryOutcome =>
  afterDelivery({ ...owed, repeats, result: { status: 202, body: "", ...response }, at }, defaultDeliveryBackoff);

const echo = ({ advice }: typeof confirmation): string => JSON.stringify(advice.message);
const error = (errorType: string, { advice }: typeof confirmation): string =>
  JSON.stringify({ id: advice.message.id, errorType, errorMessage: "" });

describe("a delivery is settled", () => {
  test("when Electrum acknowledges the advice by its id: the fact moves the transaction on", () => {
    const outcome = deliver({ body: echo(confirmation) });
    if (outcome.outcome !== "settled") throw new Error("it must be settled");
    expect(observe(confirmation.transaction, outcome.fact).transaction.state).toBe("confirmed");
  });

  test("when Electrum refuses it for good, or holds the opposite: the transaction is disputed", () => {
    for (const errorType of ["FORMAT_ERROR", "VOUCHER_ALREADY_REVERSED"]) {
      const outcome = deliver({ status: 400, body: error(errorType, confirmation) });
      if (outcome.outcome !== "settled") throw new Error("it must be settled");
      expect(observe(confirmation.transaction, outcome.fact).transaction.state).toBe("disputed");
    }
  });

  test("when successes have named no id for as long as the policy waits, and not a moment before", () => {
    const lastMoment = AT + defaultPolicy.unnamedRepeatMs;
    expect(deliver({ body: "{}" }, { at: lastMoment - 1 }).outcome).toBe("repeat");
    expect(deliver({ body: "{}" }, { at: lastMoment }).outcome).toBe("settled");
  });

  test("and tells how often it had been delivered: a 404 to a first reversal after an approval is suspicious", () => {
    const unknown = { status: 404, body: error("UNABLE_TO_LOCATE_RECORD", reversal) };
    const reconciliationAfter = (repeats: number): readonly string[] => {
      const outcome = deliver(unknown, { owed: reversal, repeats });
      if (outcome.outcome !== "settled") throw new Error("it must be settled");
      return observe(reversal.transaction, outcome.fact).transaction.reconciliation.map(({ reason }) => reason);
    };
    expect(reconciliationAfter(0)).toEqual(["reversalNotFound"]);
    expect(reconciliationAfter(1)).toEqual([]);
  });
});

describe("a delivery is repeated", () => {
  test("after any wait of its own: each advice backs off by itself, and there is no last repeat", () => {
    for (const repeats of [0, 1, 7, 1_000_000]) {
      const outcome = deliver({ status: 503, body: error("UPSTREAM_UNAVAILABLE", confirmation) }, { repeats });
      const wait = backoffMs(defaultDeliveryBackoff, repeats, confirmation.advice.message.id);
      expect(outcome).toMatchObject({ outcome: "repeat", notBefore: AT + wait, cause: "response", reach: "reached" });
    }
  });

  test("not before Retry-After, which is heeded for an hour at most", () => {
    expect(deliver({ status: 503, retryAfterMs: 90_000 })).toMatchObject({ notBefore: AT + 90_000 });
    expect(deliver({ status: 503, retryAfterMs: 9_000_000_000 })).toMatchObject({ notBefore: AT + 3_600_000 });
  });

  test.each([
    ["a firewall's 403 page", { status: 403, body: "<html>blocked</html>" }, 403],
    ["a gateway's 404 page", { status: 404, body: "<html>no route</html>" }, 404],
    ["a portal's 200 page", { status: 200, body: "<html>log in</html>" }, 200],
    ["a health page", { status: 200, body: '{"status":"UP"}' }, 200],
    ["a success without a body", { status: 200, body: "" }, 200],
    ["a bare 501", { status: 501, body: "" }, 501],
  ])("with an alert, if it is not Electrum's word: %s", (_, response, foreignStatus) => {
    expect(deliver(response)).toMatchObject({ outcome: "repeat", foreignStatus });
  });

  test.each([
    ["deadline", "reached"],
    ["interrupted", "reached"],
    ["tooLarge", "reached"],
    ["unreachable", "unreachable"],
    ["cannotSend", "unreachable"],
    ["insecure", "unreachable"],
    ["notSent", "notSent"],
    ["credentials", "notSent"],
    ["stopped", "notSent"],
  ] as const)("if no response came, with how far the message came: %s is %s", (cause, reach) => {
    const result = { cause };
    expect(afterDelivery({ ...confirmation, repeats: 0, result, at: AT }, defaultDeliveryBackoff)).toMatchObject({
      outcome: "repeat",
      cause: "noResponse",
      reach,
    });
  });
});

describe("a delivery halts", () => {
  test.each([
    ["401, whoever speaks", { status: 401, body: "<html>" }],
    ["407, whoever speaks", { status: 407, body: "" }],
    ["403 without a body", { status: 403, body: "" }],
    ["AUTHENTICATION_ERROR", { status: 400, body: error("AUTHENTICATION_ERROR", confirmation) }],
  ])("after %s", (_, response) => {
    expect(deliver(response)).toEqual({ outcome: "halt", status: response.status });
  });
});

test("an advice is owed from a restart on, unchanged", () => {
  expect(resume(confirmation.transaction).commands).toEqual([pendingAdvice(confirmation.transaction)]);
});
