import type { Advice, Instant, Request } from "@electrum-vouchers/core";
import { ascending } from "../search/state.ts";
import { createInterner, type Interner, memoize } from "../search/intern.ts";
import type { Awaiting, Delivering } from "../till/activity.ts";

/** A message on its way to the switch. Messages may arrive in any order. */
export type MessageInFlight = RequestInFlight | AdviceInFlight;

export interface RequestInFlight {
  readonly type: "request";
  readonly outgoing: Request;
  readonly attempt: number;
  readonly deadlineAt: Instant;
  /** A second copy, made by something between till and switch. */
  readonly isRepeat: boolean;
}

export interface AdviceInFlight {
  readonly type: "advice";
  readonly outgoing: Advice;
  readonly isRepeat: false;
}

/** All messages under way, by number, in ascending order. */
export type Network = readonly number[];

export const messageKey = (message: MessageInFlight): string => JSON.stringify(message);

/** The message whose response is awaited. */
export const messageOf = (waiting: Awaiting | Delivering): MessageInFlight =>
  waiting.type === "awaiting"
    ? {
        type: "request",
        outgoing: waiting.command.request,
        attempt: waiting.command.attempt,
        deadlineAt: waiting.command.deadlineAt,
        isRepeat: false,
      }
    : { type: "advice", outgoing: waiting.advice, isRepeat: false };

/** All networks there are, each by its number. */
export interface Networks extends Interner<Network> {
  /** If the same message is under way already, it is not added: its sender repeats it anyway. */
  with(network: number, message: number): number;
  without(network: number, message: number): number;
  /** The network of these messages, each once. */
  idOfMessages(messages: readonly number[]): number;
}

export function createNetworks(): Networks {
  const networks = createInterner<Network>((network) => network.join());
  const { idOf, valueOf } = networks;
  const idOfMessages = (messages: readonly number[]): number => idOf([...new Set(messages)].toSorted(ascending));
  return {
    ...networks,
    idOfMessages,
    with: memoize((network: number, message: number) => idOfMessages([...valueOf(network), message])),
    without: memoize((network: number, message: number) => idOf(valueOf(network).filter((each) => each !== message))),
  };
}

/** What a trace calls the message. */
export const messageName = (message: MessageInFlight): string => {
  const suffix = message.type === "request" && message.attempt > 0 ? `, attempt ${message.attempt}` : "";
  return `${message.isRepeat ? "the repeated " : ""}${message.outgoing.operation}${suffix}`;
};
