import type { Instant, Operation, Uuid } from "@electrum-vouchers/core";
import type { RuntimeEvent } from "@electrum-vouchers/runtime";
import { describeNoResponse } from "../print/no-response.ts";
import type { LoggedRequest } from "./switch-admin.ts";

/** One message of the till, and what came of it. */
export interface SentMessage {
  readonly id: Uuid;
  readonly operation: Operation;
  readonly at: Instant;
  /** The status it was answered with, or why it was not. */
  readonly outcome: string;
}

export const TILL_KILLED = "the till was killed";

/** The runtime refused to send a lookup of a sale in this state. */
export const describeTooEarly = (state: string): string => `refused while ${state}, not sent`;

/** What the till sent, in order, as its observers were told. A message without an end was sent by a till that was killed. */
export const messagesOf = (events: readonly RuntimeEvent[]): readonly SentMessage[] =>
  events.flatMap((event, index) => {
    if (event.type !== "sent") return [];
    const { id, operation, at } = event;
    return [{ id, operation, at, outcome: outcomeOf(event, events.slice(index + 1)) }];
  });

type Sent = Extract<RuntimeEvent, { type: "sent" }>;
type Answered = Extract<RuntimeEvent, { type: "answered" }>;

function outcomeOf(sent: Sent, later: readonly RuntimeEvent[]): string {
  const next = later.find(
    (event): event is Sent | Answered =>
      (event.type === "sent" || event.type === "answered") &&
      event.id === sent.id &&
      event.operation === sent.operation &&
      event.attempt === sent.attempt,
  );
  if (next?.type !== "answered") return TILL_KILLED;
  return "status" in next.outcome ? String(next.outcome.status) : describeNoResponse(next.outcome.noResponse);
}

/** The same messages, with the error types that the switch's log has for them. */
export function withErrorTypes(
  messages: readonly SentMessage[],
  requests: readonly LoggedRequest[],
): readonly SentMessage[] {
  const unmatched = [...requests];
  return messages.map((message) => {
    const place = unmatched.findIndex((request) => isAbout(request, message));
    const [request] = place < 0 ? [] : unmatched.splice(place, 1);
    const errorType = textIn(request?.response?.body, "errorType");
    return errorType === undefined ? message : { ...message, outcome: `${message.outcome} ${errorType}` };
  });
}

function isAbout({ operation, body, response }: LoggedRequest, message: SentMessage): boolean {
  const id = textIn(body, "requestId") ?? textIn(body, "id");
  return (
    operation === message.operation &&
    (id === undefined || id === message.id) &&
    String(response?.status) === message.outcome
  );
}

const textIn = (value: unknown, field: string): string | undefined => {
  if (typeof value !== "object" || value === null) return undefined;
  const text: unknown = Reflect.get(value, field);
  return typeof text === "string" ? text : undefined;
};
