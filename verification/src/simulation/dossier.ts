import type { Uuid } from "@electrum-vouchers/core";
import type { Life } from "./life.ts";

/** What is known of a transaction besides what is stored. */
export interface Dossier {
  /** Every state in which it was stored, in order. */
  readonly states: string[];
  /** The attempts that were stored, each by its deadline: nothing else may be sent. */
  readonly deadlines: Set<number>;
  /** The attempts that were sent. */
  readonly attempts: Set<string>;
  /** The requests that were sent and not answered. */
  readonly requests: Set<Underway>;
  /** The states that a till's caller was told of. */
  readonly acknowledged: Set<string>;
  /** The processes that have stored a step of it. */
  readonly drivers: Set<Life>;
  /** The processes that are delivering its advice. */
  readonly deliverers: Set<Life>;
  /** The message of its request, as text, once it was sent. */
  request?: string;
  /** The advice, as text, once it was stored. */
  advice?: string;
  isAdviceSent: boolean;
  /** What a till accepted of its caller: that it stands, or that it does not. */
  decision?: "stands" | "falls";
  /** The code of the voucher, once it was handed over. */
  code?: string;
}

/** A request that may be under way. */
export interface Underway {
  readonly sender: Life;
  readonly deadlineAt: number;
  readonly sentAtMs: number;
  /** Whether its sender still waits for the answer. */
  isAwaited: boolean;
}

export type Dossiers = ReadonlyMap<Uuid, Dossier> & { of(id: Uuid): Dossier };

export function createDossiers(): Dossiers {
  const all = new Map<Uuid, Dossier>();
  return Object.assign(all, {
    of: (id: Uuid): Dossier => {
      const dossier = all.get(id) ?? emptyDossier();
      all.set(id, dossier);
      return dossier;
    },
  });
}

const emptyDossier = (): Dossier => ({
  states: [],
  deadlines: new Set(),
  attempts: new Set(),
  requests: new Set(),
  acknowledged: new Set(),
  drivers: new Set(),
  deliverers: new Set(),
  isAdviceSent: false,
});
