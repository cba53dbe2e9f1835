import { randomUUID } from "node:crypto";
import { decide, observe, parsePolicy, startProvision, stellr, type Transaction } from "@electrum-vouchers/core";
import type { DocumentedFlow, ExpectedResult } from "@electrum-vouchers/testkit";
import { describe, expect, it } from "vitest";
import type { FlowResult, FlowTransaction } from "./run-flow.ts";
import { newSale, tenders } from "./requests.ts";
import type { SwitchTransaction } from "./switch-admin.ts";
import { RECEIVED } from "./timeline.ts";
import { isInAgreement, findViolations } from "./check-flow.ts";

const at = Date.parse("2026-11-21T09:30:00.000Z");

/** A sale that was issued, decided, and acknowledged by Electrum. */
function completeSale(choice: "confirm" | "cancel", provider = {}): Transaction {
  const request = newSale("Standard");
  const rules = parsePolicy(provider)._unsafeUnwrap();
  const start = { request, confirmationId: randomUUID(), reversalId: randomUUID(), policy: rules, at };
  const body = JSON.stringify({ ...request, voucher: { code: "1" } });
  const begun = startProvision(start)._unsafeUnwrap().transaction;
  const issued = observe(begun, { type: "response", attempt: 0, status: 201, body, at }).transaction;
  const intent = choice === "confirm" ? ({ type: "confirm", tenders, at } as const) : ({ type: "cancel", at } as const);
  const { transaction, commands } = decide(issued, intent)._unsafeUnwrap();
  const [command] = commands;
  if (command?.type !== "queueAdvice") throw new Error("a decision queues an advice");
  const { message } = command.advice;
  // Electrum's acknowledgement names the advice.
  const acknowledgement = {
    type: "adviceResponse",
    adviceId: message.id,
    status: 202,
    body: JSON.stringify(message),
    at,
  } as const;
  return observe(transaction, acknowledgement).transaction;
}

const switchWith = (state: string, providerState = state): SwitchTransaction => ({
  state,
  provider: "standard",
  providerState,
});

const confirmed: FlowTransaction = {
  transaction: completeSale("confirm"),
  states: ["requesting", "issued", "confirming", "confirmed"],
  switchTransaction: switchWith("confirmed"),
  voucherState: "CONFIRMED_PROVISIONED",
};

const line = {
  id: "1",
  at,
  from: "till",
  to: "Electrum",
  operation: "provisionVoucher",
  outcome: "201",
  times: 1,
} as const;

const flowResult: FlowResult = {
  timeline: [
    line,
    { ...line, from: "Electrum", to: "standard", outcome: RECEIVED },
    { ...line, operation: "confirmVoucher", outcome: "202" },
    { ...line, from: "Electrum", to: "standard", operation: "confirmVoucher", outcome: RECEIVED },
  ],
  transactions: [confirmed],
  alerts: [],
};

const expected: ExpectedResult = {
  sentMessages: [
    ["provisionVoucher", "201"],
    ["confirmVoucher", "202"],
  ],
  providerMessages: ["provisionVoucher", "confirmVoucher"],
  transactions: [
    {
      states: ["requesting", "issued", "confirming", "confirmed"],
      switchState: "confirmed",
      voucherState: "CONFIRMED_PROVISIONED",
    },
  ],
};

const flow: DocumentedFlow = { name: "a flow", rule: "a rule", actions: [], expected };

describe("a flow is as documented only if all of it is", () => {
  it("all of it is", () => {
    expect(findViolations(flow, flowResult)).toEqual([]);
  });

  it.each<readonly [what: string, otherwise: Partial<FlowResult>]>([
    ["a message is missing", { timeline: flowResult.timeline.slice(1) }],
    ["a message outcome otherwise", { timeline: flowResult.timeline.with(0, { ...line, outcome: "200" }) }],
    ["a message was repeated", { timeline: flowResult.timeline.with(0, { ...line, times: 2 }) }],
    ["the provider heard nothing", { timeline: flowResult.timeline.slice(0, 3) }],
    ["a transaction is missing", { transactions: [] }],
    ["it passed through other states", { transactions: [{ ...confirmed, states: ["requesting", "confirmed"] }] }],
    ["the switch has another end", { transactions: [{ ...confirmed, switchTransaction: switchWith("reversed") }] }],
    ["the switch knows nothing of it", { transactions: [{ ...confirmed, switchTransaction: undefined }] }],
    [
      "the provider has another end",
      { transactions: [{ ...confirmed, switchTransaction: switchWith("confirmed", "approved") }] },
    ],
    ["the voucher is elsewhere", { transactions: [{ ...confirmed, voucherState: "REVERSED" }] }],
    ["a person was alerted", { alerts: [{ reason: "damagedRecord", id: "1", description: "checksum" }] }],
  ])("%s", (_, otherwise) => {
    expect(findViolations(flow, { ...flowResult, ...otherwise })).not.toEqual([]);
  });

  it("a mark that nobody expected", () => {
    const transaction = completeSale("cancel", { provider: stellr });
    const reversed = {
      transaction,
      states: ["reversed"],
      switchTransaction: switchWith("reversed", "approved"),
      voucherState: undefined,
    };
    const wanted: ExpectedResult = {
      sentMessages: [],
      providerMessages: [],
      transactions: [{ states: ["reversed"], switchState: "reversed" }],
    };
    expect(
      findViolations({ ...flow, expected: wanted }, { timeline: [], transactions: [reversed], alerts: [] }),
    ).toEqual(["reconciliation: expected none, found providerTakesNoReversals"]);
  });

  it("an alert that it documents", () => {
    const alert = { reason: "neverAnswered", sends: 3 } as const;
    const documented: DocumentedFlow = { ...flow, expected: { ...expected, alerts: ["neverAnswered"] } };
    expect(findViolations(documented, { ...flowResult, alerts: [alert] })).toEqual([]);
    expect(findViolations(documented, flowResult)).toHaveLength(1);
    expect(findViolations(flow, { ...flowResult, alerts: [alert] })).toHaveLength(1);
  });
});

describe("where the moment decides how advices go", () => {
  const varying: DocumentedFlow = { ...flow, expected: { ...expected, advicesMayVary: true } };
  const [request, received, confirmation, forwarded] = flowResult.timeline;
  const lines = (...timeline: readonly (typeof request)[]) => ({
    ...flowResult,
    timeline: timeline.flatMap((each) => each ?? []),
  });
  const repeated = confirmation === undefined ? undefined : { ...confirmation, outcome: "503", times: 2 };

  it("repeats, and another order, are as documented", () => {
    expect(findViolations(varying, lines(request, received, repeated, confirmation, confirmation, forwarded))).toEqual(
      [],
    );
    expect(findViolations(flow, lines(request, received, repeated, confirmation, confirmation, forwarded))).not.toEqual(
      [],
    );
  });

  it.each([
    ["an advice that is never acknowledged", lines(request, received, repeated, forwarded)],
    ["one that never reaches the provider", lines(request, received, confirmation)],
    ["a request more", lines(request, request, received, confirmation, forwarded)],
  ])("%s is not", (_, result) => {
    expect(findViolations(varying, result)).not.toEqual([]);
  });
});

describe("till and Electrum agree", () => {
  const reversed = completeSale("cancel");

  it.each<readonly [till: Transaction, electrum: string | undefined, agree: boolean]>([
    [confirmed.transaction, "confirmed", true],
    [confirmed.transaction, "open", false],
    [confirmed.transaction, "reversed", false],
    [confirmed.transaction, undefined, false],
    [reversed, "reversed", true],
    [reversed, "blocked", true],
    [reversed, undefined, true],
    [reversed, "open", false],
    [reversed, "confirmed", false],
  ])("case %#: $0.state with $1: $2", (transaction, electrum, agree) => {
    const state = electrum === undefined ? undefined : switchWith(electrum);
    expect(isInAgreement({ transaction, switchTransaction: state, states: [], voucherState: undefined })).toBe(agree);
  });

  it("an open transaction agrees with nothing", () => {
    const begun = startProvision({
      request: newSale("Standard"),
      confirmationId: randomUUID(),
      reversalId: randomUUID(),
      policy: parsePolicy()._unsafeUnwrap(),
      at,
    })._unsafeUnwrap().transaction;
    expect(
      isInAgreement({ transaction: begun, switchTransaction: undefined, states: [], voucherState: undefined }),
    ).toBe(false);
  });
});
