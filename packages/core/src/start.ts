import type { VoucherLookup } from "./messages/lookup.ts";
import type { ProvisionRequest } from "./messages/provision.ts";
import type { Uuid } from "./messages/uuid.ts";
import type { Policy } from "./policy.ts";
import type { Instant } from "./time.ts";

/** The fields of every start. The caller brings ids and time, so that after a crash the same decision gives the same advice. */
interface Start {
  /** The id of the one confirmation that this transaction may owe: a random UUID, version 4, in lower case. */
  readonly confirmationId: Uuid;
  /** The id of the one reversal that it may owe instead. Likewise a random UUID, and a different one. */
  readonly reversalId: Uuid;
  readonly policy: Policy;
  readonly at: Instant;
}

/** The start of a sale. The request's `id` names the transaction. */
export interface ProvisionStart extends Start {
  readonly request: ProvisionRequest;
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
