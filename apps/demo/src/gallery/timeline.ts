import { type Instant, operations, type Uuid } from "@electrum-vouchers/core";
import type { Message } from "./messages.ts";
import type { ProviderView, SeenMessage } from "./switch-view.ts";

/** A message as it is shown: who to whom, what, and how it fared. Repeats that follow each other are one line. */
export interface Line {
  /** Names what is repeated: a message of the same transaction. */
  readonly id: Uuid | undefined;
  readonly at: Instant;
  readonly from: "till" | "Electrum";
  readonly to: string;
  readonly operation: string;
  readonly fared: string;
  readonly times: number;
}

/** How a message of Electrum's to a provider fares, as far as its log tells. */
export const REACHED = "received";
export const CONSUMED = "consumed, not forwarded";

/**
 * All messages in order. The till's come in the order in which it sent them; one that reached the provider comes after the
 * message that caused it, and after all that the till had sent by then.
 */
export function timeline(messages: readonly Message[], { name, seen }: ProviderView): readonly Line[] {
  const placed = messages.map((message, index) => ({ place: index, line: lineOf(message) }));
  for (const each of seen) {
    const cause = messages.findLastIndex((message) => isCause(message, each) && message.at <= each.at);
    const sentByThen = messages.findLastIndex(({ at }) => at < each.at);
    const { at, operation } = each;
    const line: Line = {
      id: each.requestId ?? each.id,
      at,
      from: "Electrum",
      to: name,
      operation,
      fared: REACHED,
      times: 1,
    };
    placed.push({ place: Math.max(cause, sentByThen) + 0.5, line });
  }
  messages.forEach((message, index) => {
    if (!isAcknowledgedAdvice(message) || seen.some((each) => isCause(message, each))) return;
    placed.push({ place: index + 0.5, line: { ...lineOf(message), from: "Electrum", to: name, fared: CONSUMED } });
  });
  return collapsed(placed.toSorted((left, right) => left.place - right.place).map(({ line }) => line));
}

const lineOf = (message: Message): Line => ({ ...message, from: "till", to: "Electrum", times: 1 });

/** An advice reaches its provider by its request, a request by its own id, a lookup without any. */
const isCause = (message: Message, seen: SeenMessage): boolean =>
  message.operation === seen.operation && (seen.requestId ?? seen.id ?? message.id) === message.id;

const isAcknowledgedAdvice = ({ operation, fared }: Message): boolean =>
  operations[operation].kind !== "request" && fared.startsWith("2");

function collapsed(lines: readonly Line[]): readonly Line[] {
  const firsts = lines.flatMap((line, index) => (isRepeat(line, lines[index - 1]) ? [] : [index]));
  return firsts.flatMap((first, index) => {
    const line = lines[first];
    return line === undefined ? [] : [{ ...line, times: (firsts[index + 1] ?? lines.length) - first }];
  });
}

const isRepeat = (line: Line, last: Line | undefined): boolean =>
  (["id", "to", "operation", "fared"] as const).every((field) => last?.[field] === line[field]);
