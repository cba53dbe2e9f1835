import type { Uuid } from "@electrum-vouchers/core";

/** What a till process says of itself, at once and before it does anything more: a kill may come next. */
export type ProcessMessage =
  /** Its code is loaded: it waits for its order. */
  | { readonly type: "ready" }
  /** It has taken up its work. */
  | { readonly type: "serving"; readonly leftBehind: number }
  /** A call to the till was answered with this state. */
  | { readonly type: "returned"; readonly id: Uuid; readonly state: string }
  /** The till has accepted that the transaction stands, or that it does not. */
  | { readonly type: "decided"; readonly id: Uuid; readonly decision: "confirm" | "cancel" }
  /** A customer was given the voucher. */
  | { readonly type: "handedOver"; readonly id: Uuid; readonly fingerprint: string }
  /** Nothing is due any more. */
  | { readonly type: "finished" };

/** Where the words go: a pipe of their own, after stdin, stdout and stderr. */
export const MESSAGES_FD = 3;

/** The words in what was heard. The last line is cut off where its process was killed: nobody was told of it. */
export const parseMessages = (output: string): readonly ProcessMessage[] =>
  output
    .split("\n")
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line))
    .filter(isProcessMessage);

const types = ["ready", "serving", "returned", "decided", "handedOver", "finished"];

const isProcessMessage = (value: unknown): value is ProcessMessage =>
  typeof value === "object" && value !== null && "type" in value && types.includes(String(value.type));
