import type { Advice, Instant, Request } from "@electrum-vouchers/core";

/** A message on its way to the switch. Messages overtake each other as they like. */
export type Message = RequestUnderWay | AdviceUnderWay;

export interface RequestUnderWay {
  readonly type: "request";
  readonly outgoing: Request;
  readonly attempt: number;
  readonly deadlineAt: Instant;
  /** A second copy, made by something between till and switch. */
  readonly isRepeat: boolean;
}

export interface AdviceUnderWay {
  readonly type: "advice";
  readonly outgoing: Advice;
  readonly isRepeat: boolean;
}

/** All messages under way, by number, in ascending order. */
export type Network = readonly number[];

export const messageKey = (message: Message): string => JSON.stringify(message);

export const ascending = (left: number, right: number): number => left - right;

/** A message that is under way already need not be there twice: whoever sent it repeats it anyway. */
export const withMessage = (network: Network, message: number): Network =>
  network.includes(message) ? network : [...network, message].toSorted(ascending);

export const withoutMessage = (network: Network, message: number): Network =>
  network.filter((each) => each !== message);
