import { randomUUID } from "node:crypto";
import { decide, observe, policy, startProvision, stellr, type Transaction } from "@electrum-vouchers/core";
import { describe, expect, it } from "vitest";
import type { Expected, Flow } from "./flow.ts";
import type { Played, PlayedTransaction } from "./play.ts";
import { newSale, tenders } from "./requests.ts";
import type { SwitchTransaction } from "./switch-view.ts";
import { REACHED } from "./timeline.ts";
import { agrees, faultsIn } from "./verdict.ts";

const at = Date.parse("2026-11-21T09:30:00.000Z");

/** A sale that was issued, decided, and acknowledged by Electrum. */
function settledSale(way: "confirm" | "cancel", provider = {}): Transaction {
  const request = newSale("Ordinary");
  const rules = policy(provider)._unsafeUnwrap();
  const start = { request, confirmationId: randomUUID(), reversalId: randomUUID(), policy: rules, at };
  const body = JSON.stringify({ ...request, voucher: { code: "1" } });
  const begun = startProvision(start)._unsafeUnwrap().transaction;
  const issued = observe(begun, { type: "reply", attempt: 0, status: 201, body, at }).transaction;
  const intent = way === "confirm" ? ({ type: "confirm", tenders, at } as const) : ({ type: "cancel", at } as const);
  const { transaction, commands } = decide(issued, intent)._unsafeUnwrap();
  const [command] = commands;
  if (command?.type !== "queueAdvice") throw new Error("a decision queues an advice");
  const adviceId = command.advice.message.id;
  return observe(transaction, { type: "adviceAnswered", adviceId, status: 202, body: "", at }).transaction;
}

const switchWith = (state: string, atProvider = state): SwitchTransaction => ({
  state,
  provider: "ordinary",
  atProvider,
});

const confirmed: PlayedTransaction = {
  transaction: settledSale("confirm"),
  states: ["requesting", "issued", "confirming", "confirmed"],
  electrum: switchWith("confirmed"),
  voucher: "CONFIRMED_PROVISIONED",
};

const line = {
  id: "1",
  at,
  from: "till",
  to: "Electrum",
  operation: "provisionVoucher",
  fared: "201",
  times: 1,
} as const;

const played: Played = {
  lines: [
    line,
    { ...line, from: "Electrum", to: "ordinary", fared: REACHED },
    { ...line, operation: "confirmVoucher", fared: "202" },
    { ...line, from: "Electrum", to: "ordinary", operation: "confirmVoucher", fared: REACHED },
  ],
  transactions: [confirmed],
  alerts: [],
};

const expected: Expected = {
  till: [
    ["provisionVoucher", "201"],
    ["confirmVoucher", "202"],
  ],
  provider: ["provisionVoucher", "confirmVoucher"],
  transactions: [{ states: confirmed.states, electrum: "confirmed", voucher: "CONFIRMED_PROVISIONED" }],
};

const flow: Flow = { name: "a flow", rule: "a rule", acts: [], expected };

describe("a flow is as documented only if all of it is", () => {
  it("all of it is", () => {
    expect(faultsIn(flow, played)).toEqual([]);
  });

  it.each<readonly [what: string, otherwise: Partial<Played>]>([
    ["a message is missing", { lines: played.lines.slice(1) }],
    ["a message fared otherwise", { lines: played.lines.with(0, { ...line, fared: "200" }) }],
    ["a message was repeated", { lines: played.lines.with(0, { ...line, times: 2 }) }],
    ["the provider heard nothing", { lines: played.lines.slice(0, 3) }],
    ["a transaction is missing", { transactions: [] }],
    ["it passed through other states", { transactions: [{ ...confirmed, states: ["requesting", "confirmed"] }] }],
    ["the switch has another end", { transactions: [{ ...confirmed, electrum: switchWith("reversed") }] }],
    ["the switch knows nothing of it", { transactions: [{ ...confirmed, electrum: undefined }] }],
    [
      "the provider has another end",
      { transactions: [{ ...confirmed, electrum: switchWith("confirmed", "approved") }] },
    ],
    ["the voucher is elsewhere", { transactions: [{ ...confirmed, voucher: "REVERSED" }] }],
    ["a person was alerted", { alerts: [{ reason: "damagedRecord", id: "1", what: "checksum" }] }],
  ])("%s", (_, otherwise) => {
    expect(faultsIn(flow, { ...played, ...otherwise })).not.toEqual([]);
  });

  it("a mark that nobody expected", () => {
    const transaction = settledSale("cancel", { provider: stellr });
    const reversed = {
      transaction,
      states: ["reversed"],
      electrum: switchWith("reversed", "approved"),
      voucher: undefined,
    };
    const wanted = { till: [], provider: [], transactions: [{ states: ["reversed"], electrum: "reversed" }] };
    expect(faultsIn({ ...flow, expected: wanted }, { lines: [], transactions: [reversed], alerts: [] })).toEqual([
      "marks: expected none, found providerTakesNoReversals",
    ]);
  });
});

describe("till and Electrum agree", () => {
  const reversed = settledSale("cancel");

  it.each<readonly [till: Transaction, electrum: string | undefined, agree: boolean]>([
    [confirmed.transaction, "confirmed", true],
    [confirmed.transaction, "open", false],
    [confirmed.transaction, "reversed", false],
    [confirmed.transaction, undefined, false],
    [reversed, "reversed", true],
    [reversed, "barred", true],
    [reversed, undefined, true],
    [reversed, "open", false],
    [reversed, "confirmed", false],
  ])("case %#: $0.state with $1: $2", (transaction, electrum, agree) => {
    const state = electrum === undefined ? undefined : switchWith(electrum);
    expect(agrees({ transaction, electrum: state, states: [], voucher: undefined })).toBe(agree);
  });

  it("an open transaction agrees with nothing", () => {
    const begun = startProvision({
      request: newSale("Ordinary"),
      confirmationId: randomUUID(),
      reversalId: randomUUID(),
      policy: policy()._unsafeUnwrap(),
      at,
    })._unsafeUnwrap().transaction;
    expect(agrees({ transaction: begun, electrum: undefined, states: [], voucher: undefined })).toBe(false);
  });
});
