import type { Transaction } from "@electrum-vouchers/core";
import { describeAlert } from "../print/alert.ts";
import type { ExpectedMessage, ExpectedTransaction, Flow } from "./flow.ts";
import type { Played, PlayedTransaction } from "./play.ts";
import { CONSUMED, type Line, REACHED } from "./timeline.ts";

/** Whether till and Electrum hold the same, now that nothing is under way. An open transaction agrees with nothing. */
export function agrees({ transaction, electrum }: PlayedTransaction): boolean {
  switch (transaction.state) {
    case "confirmed":
    case "completed":
      return electrum?.state === transaction.state;
    case "reversed":
      // A reversal that came before its request, or instead of it, bars the request.
      return electrum === undefined || electrum.state === "reversed" || electrum.state === "barred";
    case "declined":
      return electrum === undefined || electrum.state === "declined";
    case "abandoned":
      return electrum === undefined;
    default:
      return false;
  }
}

/** Whether the provider has heard of the end, where it takes advices at all. */
function providerAgrees({ transaction, electrum }: PlayedTransaction): boolean {
  const { provider } = transaction.start.policy;
  if (transaction.state === "confirmed") return !provider.takesConfirmations || electrum?.atProvider === "confirmed";
  if (transaction.state !== "reversed" || electrum === undefined) return true;
  return !provider.takesReversals || electrum.state === "barred" || electrum.atProvider === "reversed";
}

/** Every way in which a flow did not go as the contract says; empty where it did. */
export function faultsIn({ expected }: Flow, { lines, transactions, alerts }: Played): readonly string[] {
  const toProvider = (fared: string): readonly string[] =>
    lines
      .filter((line) => line.from === "Electrum" && line.fared === fared)
      .flatMap(({ operation, times }) => Array.from({ length: times }, () => operation));
  const fromTill = lines.filter(({ from }) => from === "till");
  return [
    ...tillFaults(expected.till, fromTill),
    ...differing("reaches the provider", expected.provider, toProvider(REACHED)),
    ...differing("stays at Electrum", expected.consumed ?? [], toProvider(CONSUMED)),
    ...differing("transactions begun", [String(expected.transactions.length)], [String(transactions.length)]),
    ...transactions.flatMap((transaction, index) => transactionFaults(transaction, expected.transactions[index])),
    ...alerts.map(describeAlert),
  ];
}

function tillFaults(expected: readonly ExpectedMessage[], sent: readonly Line[]): readonly string[] {
  const isAsExpected =
    expected.length === sent.length &&
    expected.every(([operation, fared, times = 1], index) => {
      const line = sent[index];
      return line?.operation === operation && line.fared === fared && (times === "repeatedly" || line.times === times);
    });
  if (isAsExpected) return [];
  const wanted = expected.map(([operation, fared, times = 1]) => `${operation} ${fared} x ${times}`);
  const found = sent.map(({ operation, fared, times }) => `${operation} ${fared} x ${times}`);
  return [differenceOf("the till sends", wanted, found)];
}

function transactionFaults(played: PlayedTransaction, expected: ExpectedTransaction | undefined): readonly string[] {
  const { transaction, states, electrum, voucher } = played;
  const { marks = [] } = expected ?? {};
  return [
    ...differing("states", expected?.states ?? [], states),
    ...differing("at Electrum", given(expected?.electrum), given(electrum?.state)),
    ...differing("voucher", given(expected?.voucher), given(voucher)),
    ...differing("marks", marks, reasonsOf(transaction)),
    ...(agrees(played) ? [] : ["till and Electrum do not agree"]),
    ...(providerAgrees(played) ? [] : [`the provider has it as ${electrum?.atProvider}`]),
  ];
}

const given = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);

const reasonsOf = ({ marks }: Transaction): readonly string[] => marks.map(({ reason }) => reason);

const differing = (what: string, expected: readonly string[], found: readonly string[]): readonly string[] =>
  listOf(expected) === listOf(found) ? [] : [differenceOf(what, expected, found)];

const differenceOf = (what: string, expected: readonly string[], found: readonly string[]): string =>
  `${what}: expected ${listOf(expected)}, found ${listOf(found)}`;

const listOf = (texts: readonly string[]): string => (texts.length === 0 ? "none" : texts.join(", "));
