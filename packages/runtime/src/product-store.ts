import type { Instant, ListedProduct, NoResponseCause, ProductsOutcome } from "@electrum-vouchers/core";
import { okAsync, type ResultAsync } from "neverthrow";

/** A good list, as it is kept. */
export interface StoredProducts {
  readonly products: readonly ListedProduct[];
  readonly fetchedAt: Instant;
}

/** Where a list of products is kept over a restart. It never throws. */
export interface ProductStore {
  /** What was saved last; `undefined` if nothing was. */
  load(): ResultAsync<StoredProducts | undefined, ProductStoreFailed>;
  /** Replaces what was saved before. */
  save(stored: StoredProducts): ResultAsync<void, ProductStoreFailed>;
}

/** The store did not do it. `detail` is for the operator. */
export interface ProductStoreFailed {
  readonly detail: string;
}

/** Keeps the list for as long as the process lives. */
export function createMemoryProductStore(): ProductStore {
  let stored: StoredProducts | undefined;
  return {
    load: () => okAsync(stored),
    save: (next) => {
      stored = next;
      return okAsync(undefined);
    },
  };
}

/** What came of asking for the products. It holds no text of another party's but a short error type. */
export type ProductsRefreshed =
  | {
      readonly type: "productsListed";
      readonly count: number;
      /** How many entries of Electrum's list do not read. */
      readonly unreadable: number;
      readonly at: Instant;
    }
  | {
      readonly type: "productsNotListed";
      readonly reason: Exclude<ProductsOutcome, { outcome: "listed" }>["reason"];
      readonly cause?: NoResponseCause;
      readonly status?: number;
      readonly errorType?: string;
      readonly at: Instant;
    };

/** What a list of products reports. */
export type ProductListEvent =
  | ProductsRefreshed
  | {
      readonly type: "productStoreFailed";
      readonly during: "load" | "save";
      readonly error: ProductStoreFailed;
      readonly at: Instant;
    };

export function toRefreshed(outcome: ProductsOutcome, at: Instant): ProductsRefreshed {
  if (outcome.outcome === "listed") {
    return { type: "productsListed", count: outcome.products.length, unreadable: outcome.unreadable, at };
  }
  const { reason } = outcome;
  if (reason === "noResponse") return { type: "productsNotListed", reason, cause: outcome.cause, at };
  if (reason === "stillProcessing") return { type: "productsNotListed", reason, at };
  const { status, errorType } = outcome.error;
  return { type: "productsNotListed", reason, status, ...(errorType === undefined ? {} : { errorType }), at };
}
