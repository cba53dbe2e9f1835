// What a client did wrong, told by what reached the switch. Pure: each rule takes the exchanges of one case and names the faults.

import type { Json, JsonObject } from "@electrum-vouchers/core";
import type { LogEntry } from "../http/running-switch.ts";
import { isJsonObject } from "../json.ts";
import type { SwitchOperation } from "../switch/operations.ts";
import type { ExamCase } from "./exam-case.ts";

type Rule = (exchanges: readonly LogEntry[]) => readonly string[];

const REQUESTS: readonly string[] = ["provisionVoucher", "retryProvisionVoucher", "redeemVoucher", "refundVoucher"];

const isAdvice = ({ operation }: LogEntry): boolean => operation !== undefined && /^(confirm|reverse)/.test(operation);
const isReversal = ({ operation }: LogEntry): boolean => operation?.startsWith("reverse") === true;
const isRequest = ({ operation }: LogEntry): boolean => operation !== undefined && REQUESTS.includes(operation);

const textIn = (body: Json, field: string): string => {
  const value = isJsonObject(body) ? body[field] : undefined;
  return typeof value === "string" ? value.toLowerCase() : "";
};

/** The id of the transaction that a message is about. */
const transactionOf = (entry: LogEntry): string => textIn(entry.body, isAdvice(entry) ? "requestId" : "id");

/** Whether the client saw a response that acknowledges an advice. */
const isAcknowledged = ({ fault, response }: LogEntry): boolean =>
  fault === undefined && response !== undefined && (response.status < 300 || response.status === 404);

const breaksSwagger: Rule = (exchanges) =>
  exchanges.flatMap(({ operation, method, response }) => {
    if (response?.status !== 400 || textIn(response.body, "errorType") !== "format_error") return [];
    const detail = isJsonObject(response.body) ? response.body["detailMessage"] : undefined;
    const listed = isJsonObject(detail) ? detail["formatErrors"] : undefined;
    return [`${operation ?? method} breaks the Swagger: ${JSON.stringify(listed)}`];
  });

const repeatsAltered: Rule = (exchanges) =>
  firstOfEach(exchanges.filter(isAdvice)).flatMap((first) => {
    const repeats = exchanges.filter(
      (each) => each.operation === first.operation && isSame(each, first, transactionOf),
    );
    return repeats.every((repeat) => JSON.stringify(repeat.body) === JSON.stringify(first.body))
      ? []
      : [`${first.operation ?? ""} was repeated with another id or content`];
  });

const bothAdvices: Rule = (exchanges) =>
  firstOfEach(exchanges.filter(isAdvice)).flatMap((first) =>
    !isReversal(first) && exchanges.some((each) => isReversal(each) && isSame(each, first, transactionOf))
      ? ["a transaction was confirmed and reversed"]
      : [],
  );

const requestAfterReversal: Rule = (exchanges) =>
  exchanges.flatMap((entry, index) =>
    isRequest(entry) && exchanges.slice(0, index).some((each) => isReversal(each) && isSame(each, entry, transactionOf))
      ? [`${entry.operation ?? ""} was sent after the transaction's reversal`]
      : [],
  );

const requestRepeated: Rule = (exchanges) =>
  exchanges.flatMap((entry, index) =>
    (entry.operation === "provisionVoucher" || entry.operation === "redeemVoucher") &&
    exchanges.slice(0, index).some((each) => each.operation === entry.operation && isSame(each, entry, transactionOf))
      ? [`${entry.operation} was sent again under the same id`]
      : [],
  );

const retryAltered: Rule = (exchanges) =>
  exchanges.flatMap((entry) => {
    if (entry.operation !== "retryProvisionVoucher") return [];
    const original = exchanges.find(
      (each) => each.operation === "provisionVoucher" && isSame(each, entry, transactionOf),
    );
    return JSON.stringify(original?.body) === JSON.stringify(entry.body) ? [] : ["a retry is not the original request"];
  });

/** The identifiers to echo are those of the last approval that the client saw, else those of its own request. */
const identifiersNotEchoed: Rule = (exchanges) =>
  exchanges.flatMap((entry, index) => {
    if (!isAdvice(entry)) return [];
    const attempts = exchanges.slice(0, index).filter((each) => isRequest(each) && isSame(each, entry, transactionOf));
    const approval = attempts.findLast(({ fault, response }) => fault === undefined && (response?.status ?? 500) < 300);
    const expected = identifiersIn(approval?.response?.body ?? attempts[0]?.body);
    return expected === undefined || expected === identifiersIn(entry.body)
      ? []
      : [`${entry.operation ?? ""} does not echo the thirdPartyIdentifiers`];
  });

function identifiersIn(body: Json | undefined): string | undefined {
  const listed = isJsonObject(body) ? body["thirdPartyIdentifiers"] : undefined;
  return listed === undefined ? undefined : JSON.stringify(listed);
}

const isSame = (left: LogEntry, right: LogEntry, keyOf: (entry: LogEntry) => string): boolean =>
  keyOf(left) === keyOf(right);

/** The first message of each operation and transaction. */
const firstOfEach = (entries: readonly LogEntry[]): readonly LogEntry[] =>
  entries.filter(
    (entry, index) =>
      entries.findIndex((each) => each.operation === entry.operation && isSame(each, entry, transactionOf)) === index,
  );

const rules: readonly Rule[] = [
  breaksSwagger,
  requestRepeated,
  retryAltered,
  repeatsAltered,
  bothAdvices,
  requestAfterReversal,
  identifiersNotEchoed,
];

/** Whether everything that the case expects has reached the switch, and each advice was acknowledged. */
export function hasAllCome({ expects, expectsOneOf }: ExamCase, exchanges: readonly LogEntry[]): boolean {
  const reached = (operation: SwitchOperation): boolean =>
    exchanges.some((each) => each.operation === operation && (!isAdvice(each) || isAcknowledged(each)));
  return expects.every(reached) && (expectsOneOf === undefined || expectsOneOf.some(reached));
}

/** Every fault of the client in this case, each named once. */
export function findClientFaults(examCase: ExamCase, exchanges: readonly LogEntry[]): readonly string[] {
  const { expects, expectsOneOf = [], forbids = [] } = examCase;
  const sent = (operation: SwitchOperation): boolean => exchanges.some((each) => each.operation === operation);
  const settled = (operation: SwitchOperation): boolean =>
    exchanges.some((each) => each.operation === operation && (!isAdvice(each) || isAcknowledged(each)));
  const faults = [
    ...expects.filter((operation) => !sent(operation)).map((operation) => `${operation} never came`),
    ...expects
      .filter((operation) => sent(operation) && !settled(operation))
      .map((operation) => `${operation} was not repeated until it was acknowledged`),
    ...(expectsOneOf.length === 0 || expectsOneOf.some(sent) ? [] : [`none of ${expectsOneOf.join(", ")} came`]),
    ...forbids.filter(sent).map((operation) => `${operation} should not have been sent`),
    ...rules.flatMap((rule) => rule(exchanges)),
  ];
  return [...new Set(faults)];
}

/** A part of a message, for whoever reads the report. */
export const describeExchange = ({ operation, method, target, fault, response }: LogEntry): JsonObject => ({
  operation: operation ?? `${method} ${target}`,
  ...(fault === undefined ? {} : { fault }),
  ...(response === undefined ? {} : { status: response.status }),
});
