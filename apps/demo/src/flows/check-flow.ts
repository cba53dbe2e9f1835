import { operations, type Transaction } from "@electrum-vouchers/core";
import type { Alert } from "@electrum-vouchers/runtime";
import type {
  DocumentedFlow,
  ExpectedAlert,
  ExpectedMessage,
  ExpectedOutcome,
  ExpectedTransaction,
} from "@electrum-vouchers/testkit";
import { describeAlert } from "../print/alert.ts";
import { describeNoResponse } from "../print/no-response.ts";
import type { FlowResult, FlowTransaction } from "./run-flow.ts";
import { describeTooEarly, TILL_KILLED } from "./sent-messages.ts";
import { CONSUMED, type TimelineEntry, RECEIVED } from "./timeline.ts";

/** Whether till and Electrum hold the same, now that nothing is under way. An open transaction agrees with nothing. */
export function isInAgreement({ transaction, switchTransaction }: FlowTransaction): boolean {
  switch (transaction.state) {
    case "confirmed":
    case "completed":
      return switchTransaction?.state === transaction.state;
    case "reversed":
      // A reversal that came before its request, or instead of it, bars the request.
      return (
        switchTransaction === undefined ||
        switchTransaction.state === "reversed" ||
        switchTransaction.state === "blocked"
      );
    case "declined":
      return switchTransaction === undefined || switchTransaction.state === "declined";
    case "abandoned":
      return switchTransaction === undefined;
    case "resolved":
      return switchTransaction?.state === transaction.resolution.resolution;
    default:
      return false;
  }
}

/** Whether the provider has been told of the end, if it takes advices at all. */
function providerIsInAgreement({ transaction, switchTransaction }: FlowTransaction): boolean {
  const { provider } = transaction.start.policy;
  if (transaction.state === "confirmed")
    return !provider.takesReversals || switchTransaction?.providerState === "confirmed";
  if (transaction.state !== "reversed" || switchTransaction === undefined) return true;
  return (
    !provider.takesReversals || switchTransaction.state === "blocked" || switchTransaction.providerState === "reversed"
  );
}

/** Every way in which a flow did not go as the contract says; empty if it did. */
export function findViolations(
  { expected }: Pick<DocumentedFlow, "expected">,
  { timeline, transactions, alerts }: FlowResult,
): readonly string[] {
  const toProvider = (outcome: string): readonly string[] =>
    timeline
      .filter((line) => line.from === "Electrum" && line.outcome === outcome)
      .flatMap(({ operation, times }) => Array.from({ length: times }, () => operation));
  const fromTill = timeline.filter(({ from }) => from === "till");
  const received = toProvider(RECEIVED);
  const repeated = expected.repeatedToProvider ?? [];
  const inOrder = (operations: readonly string[]): readonly string[] =>
    expected.advicesMayVary === true ? operations.toSorted() : operations;
  return [
    ...(expected.advicesMayVary === true
      ? [
          ...messageViolations(expected.sentMessages.filter(isOfRequest), fromTill.filter(isOfRequestLine)),
          ...compareLists("acknowledged", acknowledgedIn(expected.sentMessages), acknowledgedBy(fromTill)),
        ]
      : messageViolations(expected.sentMessages, fromTill)),
    ...compareLists(
      "reaches the provider",
      inOrder(expected.providerMessages),
      inOrder(withoutRepeats(received, repeated)),
    ),
    ...repeated.filter((operation) => countOf(received, operation) < 2).map((operation) => `${operation} is repeated`),
    ...compareLists("stays at Electrum", expected.consumedAdvices ?? [], toProvider(CONSUMED)),
    ...compareLists("transactions begun", [String(expected.transactions.length)], [String(transactions.length)]),
    ...transactions.flatMap((transaction, index) => transactionViolations(transaction, expected.transactions[index])),
    ...alertViolations(expected.alerts ?? [], alerts),
  ];
}

const advices: readonly string[] = Object.entries(operations).flatMap(([name, { kind }]) =>
  kind === "request" ? [] : [name],
);

const isAdvice = (operation: string): boolean => advices.includes(operation);

const countOf = (operations: readonly string[], operation: string): number =>
  operations.filter((each) => each === operation).length;

/** Of these operations only the first message is left. */
const withoutRepeats = (operations: readonly string[], repeated: readonly string[]): readonly string[] =>
  operations.filter((operation, index) => !repeated.includes(operation) || operations.indexOf(operation) === index);

const isOfRequest = ([operation]: ExpectedMessage): boolean => !isAdvice(operation);

const isOfRequestLine = ({ operation }: TimelineEntry): boolean => !isAdvice(operation);

/** Electrum's acknowledgement. */
const ACKNOWLEDGED = "202";

/** The operations of advices that are acknowledged, each once. */
const acknowledgedIn = (expected: readonly ExpectedMessage[]): readonly string[] =>
  distinct(expected.filter(([, outcome]) => outcome === ACKNOWLEDGED).map(([operation]) => operation));

const acknowledgedBy = (sent: readonly TimelineEntry[]): readonly string[] =>
  distinct(
    sent
      .filter(({ operation, outcome }) => isAdvice(operation) && outcome === ACKNOWLEDGED)
      .map(({ operation }) => operation),
  );

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)].toSorted();

function alertViolations(expected: readonly ExpectedAlert[], alerts: readonly Alert[]): readonly string[] {
  const isExpected = ({ reason }: Alert): boolean => expected.some((each) => each === reason);
  return [
    ...alerts.filter((alert) => !isExpected(alert)).map(describeAlert),
    ...expected.filter((each) => alerts.every(({ reason }) => reason !== each)).map((each) => `no alert: ${each}`),
  ];
}

function messageViolations(expected: readonly ExpectedMessage[], sent: readonly TimelineEntry[]): readonly string[] {
  const isAsExpected =
    expected.length === sent.length &&
    expected.every(([operation, outcome, times = 1], index) => {
      const line = sent[index];
      return (
        line?.operation === operation &&
        line.outcome === outcomeText(outcome) &&
        (times === "repeatedly" || line.times === times)
      );
    });
  if (isAsExpected) return [];
  const wanted = expected.map(([operation, outcome, times = 1]) => `${operation} ${outcomeText(outcome)} x ${times}`);
  const found = sent.map(({ operation, outcome, times }) => `${operation} ${outcome} x ${times}`);
  return [describeDifference("the till sends", wanted, found)];
}

/** An outcome as the timeline shows it. */
function outcomeText(outcome: ExpectedOutcome): string {
  switch (outcome) {
    case "deadline":
    case "unreachable":
      return describeNoResponse(outcome);
    case "tillKilled":
      return TILL_KILLED;
    case "tooEarly":
      return describeTooEarly("issued");
    default:
      return outcome;
  }
}

function transactionViolations(result: FlowTransaction, expected: ExpectedTransaction | undefined): readonly string[] {
  const { transaction, states, switchTransaction, voucherState } = result;
  const { reconciliation = [] } = expected ?? {};
  return [
    ...compareLists("states", expected?.states ?? [], states),
    ...compareLists("at Electrum", listIfPresent(expected?.switchState), listIfPresent(switchTransaction?.state)),
    ...compareLists("voucher", listIfPresent(expected?.voucherState), listIfPresent(voucherState)),
    ...compareLists("reconciliation", reconciliation, reasonsOf(transaction)),
    ...(isInAgreement(result) ? [] : ["till and Electrum do not agree"]),
    ...(providerIsInAgreement(result) ? [] : [`the provider has it as ${switchTransaction?.providerState}`]),
  ];
}

const listIfPresent = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);

const reasonsOf = ({ reconciliation }: Transaction): readonly string[] => reconciliation.map(({ reason }) => reason);

const compareLists = (subject: string, expected: readonly string[], found: readonly string[]): readonly string[] =>
  listOf(expected) === listOf(found) ? [] : [describeDifference(subject, expected, found)];

const describeDifference = (what: string, expected: readonly string[], found: readonly string[]): string =>
  `${what}: expected ${listOf(expected)}, found ${listOf(found)}`;

const listOf = (texts: readonly string[]): string => (texts.length === 0 ? "none" : texts.join(", "));
