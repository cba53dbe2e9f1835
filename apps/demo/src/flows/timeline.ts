import { type Instant, operations, type Uuid } from "@electrum-vouchers/core";
import type { SentMessage } from "./sent-messages.ts";
import type { SwitchProvider, ProviderMessage } from "./switch-admin.ts";

/** A message as it is shown: who to whom, what, and what came of it. Repeats that follow each other are one line. */
export interface TimelineEntry {
  /** Names what is repeated: a message of the same transaction. */
  readonly id: Uuid | undefined;
  readonly at: Instant;
  readonly from: "till" | "Electrum";
  readonly to: string;
  readonly operation: string;
  readonly outcome: string;
  readonly times: number;
}

/** How a message of Electrum's to a provider fares, as far as its log tells. */
export const RECEIVED = "received";
export const CONSUMED = "consumed, not forwarded";

/**
 * All messages in order. The till's come in the order in which it sent them; one that reached the provider comes after the
 * message that caused it, and after all that the till had sent by then.
 */
export function buildTimeline(
  messages: readonly SentMessage[],
  { name, receivedMessages }: SwitchProvider,
): readonly TimelineEntry[] {
  const placed = messages.map((message, index) => ({ place: index, line: toEntry(message) }));
  for (const each of receivedMessages) {
    const cause = messages.findLastIndex((message) => isCause(message, each) && message.at <= each.at);
    const sentByThen = messages.findLastIndex(({ at }) => at < each.at);
    const { at, operation } = each;
    const line: TimelineEntry = {
      id: each.requestId ?? each.id,
      at,
      from: "Electrum",
      to: name,
      operation,
      outcome: RECEIVED,
      times: 1,
    };
    placed.push({ place: Math.max(cause, sentByThen) + 0.5, line });
  }
  messages.forEach((message, index) => {
    if (!isAcknowledgedAdvice(message) || receivedMessages.some((each) => isCause(message, each))) return;
    placed.push({ place: index + 0.5, line: { ...toEntry(message), from: "Electrum", to: name, outcome: CONSUMED } });
  });
  return collapseRepeats(placed.toSorted((left, right) => left.place - right.place).map(({ line }) => line));
}

const toEntry = (message: SentMessage): TimelineEntry => ({ ...message, from: "till", to: "Electrum", times: 1 });

/** An advice reaches its provider by its request, a request by its own id, a lookup without any. */
const isCause = (message: SentMessage, seen: ProviderMessage): boolean =>
  message.operation === seen.operation && (seen.requestId ?? seen.id ?? message.id) === message.id;

const isAcknowledgedAdvice = ({ operation, outcome }: SentMessage): boolean =>
  operations[operation].kind !== "request" && outcome.startsWith("2");

function collapseRepeats(lines: readonly TimelineEntry[]): readonly TimelineEntry[] {
  const firsts = lines.flatMap((line, index) => (isRepeat(line, lines[index - 1]) ? [] : [index]));
  return firsts.flatMap((first, index) => {
    const line = lines[first];
    return line === undefined ? [] : [{ ...line, times: (firsts[index + 1] ?? lines.length) - first }];
  });
}

const isRepeat = (line: TimelineEntry, last: TimelineEntry | undefined): boolean =>
  (["id", "to", "operation", "outcome"] as const).every((field) => last?.[field] === line[field]);
