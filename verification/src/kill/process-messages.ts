import type { Uuid } from "@electrum-vouchers/core";

/** What a till process reports. It does so at once, before it goes on, since it may be killed next. */
export type ProcessMessage =
  /** Its code is loaded, and it waits for its command. */
  | { readonly type: "ready" }
  /** It has started its till. */
  | { readonly type: "serving"; readonly leftBehind: number }
  /** A call to the till returned this state. */
  | { readonly type: "returned"; readonly id: Uuid; readonly state: string }
  /** The till has accepted this decision. */
  | { readonly type: "decided"; readonly id: Uuid; readonly decision: "confirm" | "cancel" }
  /** A customer was given the voucher. */
  | { readonly type: "handedOver"; readonly id: Uuid; readonly fingerprint: string }
  /** Nothing is due any more. */
  | { readonly type: "finished" };

/** The file descriptor of the messages: a pipe after stdin, stdout and stderr. */
export const MESSAGES_FD = 3;

/** The messages in the output of a process. If the process was killed, its last line may be incomplete; it is left out. */
export const parseMessages = (output: string): readonly ProcessMessage[] =>
  output
    .split("\n")
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line))
    .filter(isProcessMessage);

const types = ["ready", "serving", "returned", "decided", "handedOver", "finished"];

const isProcessMessage = (value: unknown): value is ProcessMessage =>
  typeof value === "object" && value !== null && "type" in value && types.includes(String(value.type));
