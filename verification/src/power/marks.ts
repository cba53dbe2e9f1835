import type { Instant, OutgoingMessage, Uuid } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import type { World } from "@electrum-vouchers/simulator";
import type { DecidedIntent } from "../oracle/promises.ts";
import { hasFields } from "../workers.ts";

/** What a till's process says of itself, at the moment when it happens. It stands among the events of the disk. */
export type Mark = MarkContent & {
  readonly at: Instant;
  /** What Electrum holds, if that has changed since the last mark. */
  readonly world?: World;
};

export type MarkContent =
  /** A new process begins on the same folder. */
  | { readonly type: "started"; readonly life: number }
  /** The file was opened as an outbox, and held these records. */
  | { readonly type: "opened"; readonly records: readonly string[] }
  | { readonly type: "notOpened"; readonly error: string }
  | { readonly type: "commitBegun"; readonly change: Change }
  /** `durable`: the outbox has promised to keep the change. Else the type of its error. */
  | { readonly type: "commitEnded"; readonly change: Change; readonly outcome: string }
  | {
      readonly type: "sent";
      readonly number: number;
      readonly outgoing: OutgoingMessage;
      readonly deadlineAt: Instant;
      /** When it comes to the switch, unless it is lost on the way. */
      readonly arrivesAt?: Instant;
    }
  /** The switch has received the message with this number. */
  | { readonly type: "received"; readonly number: number }
  /** The wait for the response to it is over. */
  | { readonly type: "waitEnded"; readonly number: number; readonly isAnswered: boolean }
  /** A caller was told of this state. */
  | { readonly type: "told"; readonly id: Uuid; readonly state: string }
  /** The till has accepted a decision of its caller. */
  | { readonly type: "decided"; readonly id: Uuid; readonly decision: DecidedIntent }
  /** A customer has the voucher. */
  | { readonly type: "handedOver"; readonly id: Uuid; readonly fingerprint: string }
  /** A backup of the outbox begins, under this name in the same folder. */
  | { readonly type: "backupBegun"; readonly name: string }
  /** The backup is there, with all that was promised before it began. */
  | { readonly type: "backupMade"; readonly name: string }
  /** What must never happen. */
  | { readonly type: "failed"; readonly detail: string };

/** Told of each mark at the moment when it happens. */
export type MarkListener = (mark: Mark) => void;

const isMark = (value: unknown): value is Mark => hasFields(value, "type", "at");

export function parseMark(text: string): Mark {
  const value: unknown = JSON.parse(text);
  if (!isMark(value)) throw new TypeError(`this is no mark: ${text}`);
  return value;
}
