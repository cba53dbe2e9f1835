import type {
  Attention,
  Fact,
  Instant,
  Intent,
  Operation,
  NoResponseCause,
  Refusal,
  Transaction,
  Uuid,
} from "@electrum-vouchers/core";
import type { CommitUncertain, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import type { EventLabels } from "./event-labels.ts";

/**
 * What the runtime reports, for logs, metrics and traces. It holds no secret: only ids, operations, states, statuses, causes and the
 * labels of a transaction, never a message or a body.
 */
export type RuntimeEvent =
  /** A step is durable. */
  | ({
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
    } & EventLabels)
  /** A message is sent: an attempt of a request, or a delivery of an advice. */
  | ({
      readonly type: "sent";
      readonly id: Uuid;
      /** The advice that is delivered. Absent for a request. */
      readonly adviceId?: Uuid;
      readonly operation: Operation;
      /** 0 is the first, for requests and for deliveries. */
      readonly attempt: number;
      readonly at: Instant;
    } & EventLabels)
  /** The message was answered, or not. */
  | ({
      readonly type: "answered";
      readonly id: Uuid;
      /** The advice that is delivered. Absent for a request. */
      readonly adviceId?: Uuid;
      readonly operation: Operation;
      readonly attempt: number;
      readonly outcome: { readonly status: number } | { readonly noResponse: NoResponseCause };
      readonly durationMs: number;
      readonly at: Instant;
    } & EventLabels)
  /** An advice was not acknowledged, and will be repeated: not before `notBefore`, nor while Electrum is down. */
  | ({
      readonly type: "adviceRepeats";
      readonly id: Uuid;
      readonly adviceId: Uuid;
      readonly operation: Operation;
      readonly notBefore: Instant;
      readonly at: Instant;
    } & EventLabels)
  | { readonly type: "forwarder"; readonly status: ForwarderStatus; readonly at: Instant }
  /** A run of retention has ended, or has tried again to erase what it redacted. */
  | {
      readonly type: "retention";
      readonly redacted: number;
      /** How many of the redacted ones needed attention. */
      readonly redactedUnsettled: number;
      readonly deleted: number;
      /** Old enough, and left, since they need attention. */
      readonly left: number;
      /** Damaged, or not redacted by the stricter redactor. They are kept as they are. */
      readonly failed: number;
      /** Nothing that was redacted or deleted is in any file of the outbox. False while another program reads what it was. */
      readonly isErased: boolean;
      readonly at: Instant;
    }
  /** The operator should look. It has the labels of the transaction that it is about, where they are at hand. */
  | ({ readonly type: "alert"; readonly alert: Alert; readonly at: Instant } & EventLabels);

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
  /** An advice has been undelivered for `waitedMs`, whatever the cause. Its queue is reported again while that lasts. */
  | {
      readonly reason: "undelivered";
      readonly id: Uuid;
      readonly kind: Transaction["kind"];
      readonly operation: Operation;
      readonly waitedMs: number;
    }
  /**
   * Work has been due for `waitedMs` of a client that this till has no credentials for, and no other till takes it. It is reported again
   * while that lasts.
   */
  | { readonly reason: "unserved"; readonly id: Uuid; readonly client: string; readonly waitedMs: number }
  /** Nothing has ever answered. Electrum drops callers that are not on its allow-list, without any response. */
  | { readonly reason: "neverAnswered"; readonly sends: number }
  /** This machine cannot send anything now: it has no network, or no descriptor left. Reported once until it can again. */
  | { readonly reason: "cannotSend"; readonly id: Uuid; readonly operation: Operation }
  /** So many lookups of one terminal found no such voucher: codes may be guessed there. Nothing is refused. */
  | {
      readonly reason: "failedLookups";
      readonly client?: string;
      readonly terminal?: string;
      readonly failures: number;
      readonly withinMs: number;
    }
  /** Transactions were stored by a clock that was ahead by up to `aheadMs`, and was set back. Their waits were counted anew. */
  | { readonly reason: "clockSetBack"; readonly records: number; readonly aheadMs: number }
  /** The wall clock was set forward by `byMs`. What is due by it alone goes on waiting; this transaction showed it first. */
  | { readonly reason: "clockSetForward"; readonly id: Uuid; readonly byMs: number }
  /** A transaction needs an operator: a dispute, a reconciliation item, an advice that is held, or a decision that is overdue. */
  | {
      readonly reason: "attention";
      readonly id: Uuid;
      readonly kind: Transaction["kind"];
      /** What it means, and what to do. */
      readonly attention: Attention;
    }
  /**
   * The customer may have paid, and the confirmation was refused for its content. Nothing is reversed by itself any more: confirm with what
   * can be accepted, or cancel.
   */
  | { readonly reason: "confirmationRefused"; readonly id: Uuid; readonly refusal: Refusal }
  /**
   * The clock is `stepMs` ahead of the last run of retention, or behind it, which is too far. Nothing is redacted or deleted until
   * `till.retention.resume()` says that the clock is right.
   */
  | { readonly reason: "retentionWaits"; readonly stepMs: number }
  /** So many transactions could be neither redacted nor deleted, and keep their secrets: a record or an entry cannot be read. */
  | { readonly reason: "retentionFailed"; readonly transactions: number; readonly ids: readonly Uuid[] }
  /** A voucher was handed over, and the store did not take the mark: after a restart it is not known that the customer has it. */
  | { readonly reason: "handOverUnmarked"; readonly id: Uuid; readonly error: OutboxUnavailable | CommitUncertain }
  /**
   * A redacted transaction was started or confirmed again, and what was masked could not be compared: no digest was kept, or its key is
   * not at hand (`digestKey`). It was taken for a repeat.
   */
  | { readonly reason: "secretsNotCompared"; readonly id: Uuid }
  /** So many transactions still needed attention when they were redacted. */
  | { readonly reason: "unsettledRedacted"; readonly transactions: number }
  /** A stored record cannot be read. It is kept as it is. */
  | { readonly reason: "damagedRecord"; readonly id: Uuid; readonly description: string }
  /** Columns of the store contradicted a record, and were corrected: something else has written to it. No advice was lost. */
  | { readonly reason: "columnsCorrected"; readonly id: Uuid; readonly columns: readonly string[] }
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
