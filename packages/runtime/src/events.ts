import type { Fact, Instant, Intent, Operation, NoResponseCause, Transaction, Uuid } from "@electrum-vouchers/core";
import type { CommitUncertain, OutboxUnavailable } from "@electrum-vouchers/core/ports";

/**
 * What the runtime reports, for logs, metrics and traces. It holds no secret: only ids, operations, states, statuses and
 * causes, never a message or a body.
 */
export type RuntimeEvent =
  /** A step is durable. */
  | {
      readonly type: "step";
      readonly id: Uuid;
      readonly kind: Transaction["kind"];
      readonly version: number;
      /** Absent if the step started the transaction. */
      readonly from?: Transaction["state"];
      readonly to: Transaction["state"];
      /** The fact or intent that led to it. */
      readonly cause: Fact["type"] | Intent["type"] | "start";
      readonly needsAttention: boolean;
      readonly at: Instant;
    }
  /** A message is sent: an attempt of a request, or a delivery of an advice. */
  | {
      readonly type: "sent";
      readonly id: Uuid;
      readonly operation: Operation;
      /** 0 is the first, for requests and for deliveries. */
      readonly attempt: number;
      readonly at: Instant;
    }
  /** The message was answered, or not. */
  | {
      readonly type: "answered";
      readonly id: Uuid;
      readonly operation: Operation;
      readonly attempt: number;
      readonly outcome: { readonly status: number } | { readonly noResponse: NoResponseCause };
      readonly durationMs: number;
      readonly at: Instant;
    }
  /** An advice was not acknowledged, and will be repeated: not before `notBefore`, nor while Electrum is down. */
  | {
      readonly type: "adviceRepeats";
      readonly id: Uuid;
      readonly operation: Operation;
      readonly notBefore: Instant;
      readonly at: Instant;
    }
  | { readonly type: "forwarder"; readonly status: ForwarderStatus; readonly at: Instant }
  /** The operator should look. */
  | { readonly type: "alert"; readonly alert: Alert; readonly at: Instant };

export type Alert =
  /** A response that is not Electrum's: a gateway's, a wrong URL's. An advice is kept and repeated, a request is unknown. */
  | { readonly reason: "notElectrum"; readonly id: Uuid; readonly operation: Operation; readonly status: number }
  /** An error that names no message was taken for Electrum's, because of its published error type. */
  | { readonly reason: "unnamedError"; readonly id: Uuid; readonly operation: Operation; readonly status: number }
  /**
   * Electrum refuses the credentials of this client. After two different messages nothing is sent under them but probes; every
   * advice is kept. It is reported again while it lasts.
   */
  | {
      readonly reason: "credentials";
      readonly id: Uuid;
      readonly operation: Operation;
      readonly status: number;
      readonly client: string;
    }
  /** Nothing has ever answered. Electrum drops callers that are not on its allow-list, without any response. */
  | { readonly reason: "neverAnswered"; readonly sends: number }
  /** A stored record cannot be read. It is kept as it is. */
  | { readonly reason: "damagedRecord"; readonly id: Uuid; readonly description: string }
  /** The outbox is unavailable. */
  | { readonly reason: "outboxUnavailable"; readonly error: OutboxUnavailable | CommitUncertain }
  /** Something was thrown, which is a bug of ours or of a port; `location` says where. The transaction is taken up again later. */
  | { readonly reason: "unexpected"; readonly id: Uuid; readonly location: string };

/**
 * - `forwarding`: advices are sent when they are due
 * - `probing`: no message gets a response; one advice at a time finds out when Electrum is back
 * - `halted`: the credentials of at least one client are refused; its advices are kept, and single ones probe
 * - `stopped`
 */
export type ForwarderStatus = "forwarding" | "probing" | "halted" | "stopped";

/** Called for every event as it happens, so it should be quick. What it throws harms no transaction; the first time, the process is warned. */
export type EventListener = (event: RuntimeEvent) => void;
