import type { VoucherLookup } from "./messages/lookup.ts";
import type { ProvisionRequest } from "./messages/provision.ts";
import type { RefundRequest } from "./messages/refund.ts";
import type { Uuid } from "./messages/uuid.ts";
import type { Policy } from "./policy.ts";
import type { InputDigest } from "./input-digest.ts";
import type { NamedReason } from "./step.ts";
import type { Instant } from "./time.ts";

/** The fields of every start. The caller brings ids and time, so that after a crash the same decision gives the same advice. */
interface Start {
  /** The id of the one confirmation that this transaction may owe: a random UUID, version 4, in lower case. */
  readonly confirmationId: Uuid;
  /** The id of the one reversal that it may owe instead. Likewise a random UUID, and a different one. */
  readonly reversalId: Uuid;
  readonly policy: Policy;
  readonly at: Instant;
  /**
   * A reference of the caller's own, such as an order number or a trace context: 1 to 100 printable characters. It is stored as it is, is
   * never sent, and outlives redaction. So it must hold no secret.
   */
  readonly correlation?: string;
  /** Its secrets were masked, so that there is no voucher to hand over any more. Only `redact` and its kin set it. */
  readonly redacted?: true;
  /** What a repeat is recognised by afterwards, if the redaction had a key. */
  readonly digest?: InputDigest;
}

/** The start of a sale. The request's `id` names the transaction. */
export interface ProvisionStart extends Start {
  readonly request: ProvisionRequest;
  /** While it is undecided, no other sale of the same identity may begin. What the identity is, the till knows. */
  readonly exclusive?: true;
  /** Another sale of the same identity was undecided, and the caller has let this one begin, by name. */
  readonly override?: NamedReason;
}

/** The start of a redemption. It begins with a lookup; the request comes later, and must have this `id`. */
export interface RedemptionStart extends Start {
  readonly id: Uuid;
  readonly lookup: VoucherLookup;
  /** Electrum's id of the client that looks the voucher up: whose credentials the lookup is sent under. */
  readonly client?: string;
  /** The terminal that looks the voucher up. */
  readonly terminal?: string;
}

/** The start of a refund. The request's `id` names the transaction. */
export interface RefundStart extends Start {
  /** As it is stored, it is without the voucher's pin. */
  readonly request: RefundRequest;
}

/** The start of a transaction of any kind. */
export type TransactionStart = ProvisionStart | RedemptionStart | RefundStart;
