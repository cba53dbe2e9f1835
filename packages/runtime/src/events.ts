import type { Fact, Instant, Intent, Operation, NoResponseCause, Transaction, Uuid } from "@electrum-vouchers/core";
import type { CommitUncertain, OutboxUnavailable } from "@electrum-vouchers/core/ports";

/**
 * What the runtime tells its observers: for logs, metrics and traces. Nothing here can be a secret: ids, operations, states,
 * statuses and causes only, never a message or a body.
 */
export type RuntimeEvent =
  /** A step is durable. */
  | {
      readonly type: "step";
      readonly id: Uuid;
      readonly kind: Transaction["kind"];
      readonly version: number;
      /** Absent where the transaction started. */
      readonly from?: Transaction["state"];
      readonly to: Transaction["state"];
      /** What led to it. */
      readonly cause: Fact["type"] | Intent["type"] | "start";
      readonly needsAttention: boolean;
      readonly at: Instant;
    }
  /** A message goes out: an attempt of a request, or a delivery of an advice. */
  | {
      readonly type: "sent";
      readonly id: Uuid;
      readonly operation: Operation;
      /** 0 is the first, of requests and of deliveries alike. */
      readonly attempt: number;
      readonly at: Instant;
    }
  /** It was answered, or not. */
  | {
      readonly type: "answered";
      readonly id: Uuid;
      readonly operation: Operation;
      readonly attempt: number;
      readonly outcome: { readonly status: number } | { readonly noResponse: NoResponseCause };
      readonly tookMs: number;
      readonly at: Instant;
    }
  /** An advice was not acknowledged, and is repeated: not before then, nor while Electrum is down. */
  | {
      readonly type: "adviceRepeats";
      readonly id: Uuid;
      readonly operation: Operation;
      readonly notBefore: Instant;
      readonly at: Instant;
    }
  | { readonly type: "forwarder"; readonly status: ForwarderStatus; readonly at: Instant }
  /** A person should look. */
  | { readonly type: "alert"; readonly alert: Alert; readonly at: Instant };

export type Alert =
  /** An answer to an advice that Electrum cannot have sent: a wrong URL, a gateway. The advice is kept and repeated. */
  | { readonly reason: "notElectrum"; readonly id: Uuid; readonly operation: Operation; readonly status: number }
  /** Electrum does not take our credentials. Every advice is kept, and none sent, until `forwarder.resume()`. */
  | { readonly reason: "credentials"; readonly id: Uuid; readonly operation: Operation; readonly status: number }
  /** A stored record cannot be read; it is kept as it is. */
  | { readonly reason: "damagedRecord"; readonly id: Uuid; readonly description: string }
  /** The outbox does not take or give anything. */
  | { readonly reason: "outboxUnavailable"; readonly error: OutboxUnavailable | CommitUncertain }
  /** Something was thrown, which is a bug, of ours or of a port: where. The transaction is taken up again later. */
  | { readonly reason: "unexpected"; readonly id: Uuid; readonly location: string };

/**
 * - `forwarding`: advices go out as they come due
 * - `probing`: Electrum is down; one advice at a time finds out when it is back
 * - `halted`: the credentials are wrong; everything is kept until `forwarder.resume()`
 * - `stopped`
 */
export type ForwarderStatus = "forwarding" | "probing" | "halted" | "stopped";

/** Told of everything as it happens, so it should be quick. What it throws harms no transaction: it is warned of, once. */
export type EventListener = (event: RuntimeEvent) => void;
