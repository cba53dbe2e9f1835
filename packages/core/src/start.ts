import type { VoucherLookup } from "./messages/lookup.ts";
import type { ProvisionRequest } from "./messages/provision.ts";
import type { Uuid } from "./messages/uuid.ts";
import type { Policy } from "./policy.ts";
import type { Instant } from "./time.ts";

/** What every transaction starts with. Ids and time come in: after a crash the same decision yields the same advice. */
interface Start {
  /** For the one confirmation this transaction may owe: a random UUID, version 4. */
  readonly confirmationId: Uuid;
  /** For the one reversal it may owe instead. */
  readonly reversalId: Uuid;
  readonly policy: Policy;
  readonly at: Instant;
}

/** A sale: the request names the transaction. */
export interface ProvisionStart extends Start {
  readonly request: ProvisionRequest;
}

/** A redemption: it begins with a lookup; its request comes later, under this id. */
export interface RedemptionStart extends Start {
  readonly id: Uuid;
  readonly lookup: VoucherLookup;
  /** Electrum's id of the client that looks the voucher up: whose credentials the lookup is sent under. */
  readonly client?: string;
  /** The terminal that looks the voucher up. */
  readonly terminal?: string;
}
