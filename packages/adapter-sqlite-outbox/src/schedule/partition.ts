import type { Instant } from "@electrum-vouchers/core";
import type { Candidate } from "./take-turns.ts";

/** Those that were never postponed, or those that were, of one partition, as far as the request asks for them. */
export interface Partition extends Asked {
  readonly partition_id: number;
  readonly is_repeat: 0 | 1;
  readonly queue: string;
}

/** What of a partition is asked for. Lists are JSON, to be bound. */
export interface Asked {
  readonly dueSince: Instant;
  readonly dueBefore: Instant;
  readonly except: string;
  readonly others: string;
  readonly ownerGraceMs: number;
}

export interface Chosen extends Candidate {
  readonly version: number;
  readonly postponed: number;
}
