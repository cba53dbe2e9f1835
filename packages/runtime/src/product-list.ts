// The products that a channel sells, if Electrum keeps its catalogue. Such a channel must ask for them; while Electrum has no answer, it goes on
// with yesterday's list and repeats until there is one (contract I.4).
//
//   start ── load ──▶ ask ── a good list ──▶ replace, save, wait `refreshMs` ──▶ ask …
//                      └─ anything else ──▶ keep the list, wait a growing pause ──▶ ask …
//
// Rules
// 1. Only a good list replaces the one that is known. So there is a list for ever once there was one; `ageMs` says how old it is.
// 2. A list that was kept over a restart counts from when it was fetched: if it is young enough, Electrum is not asked again at once.
// 3. A store that fails costs the list of the next process, never that of this one.
//
// What it does not know: which products a till offers, and when a list is too old to sell from. That is the channel's to decide.

import {
  backoffMs,
  type CannotTellYet,
  classifyProducts,
  type Instant,
  type ListedProduct,
  type NoResponseCause,
  type ProductsOutcome,
} from "@electrum-vouchers/core";
import { startPollLoop } from "./background/poll-loop.ts";
import {
  MAX_LIST_WAIT_MS,
  type ProductListOptions,
  type ResolvedProductListOptions,
  resolveProductListOptions,
} from "./product-list-options.ts";
import { type ProductsRefreshed, toRefreshed } from "./product-store.ts";

/** The products as Electrum last listed them. */
export interface ProductList {
  /** The last good list; `undefined` if there was none yet. */
  products(): KnownProducts | undefined;
  /** Asks now, unless it is asking already. Resolves with what came of it. */
  refresh(): Promise<ProductsRefreshed>;
  /** Asks no more. */
  stop(): Promise<void>;
}

export interface KnownProducts {
  readonly products: readonly ListedProduct[];
  readonly fetchedAt: Instant;
  /** How long ago that was, in milliseconds; 0 if the clock was set back since. */
  readonly ageMs: number;
}

/**
 * Keeps the list of products. It loads the one that was kept, and asks Electrum at once unless that is young enough. With wrong options it
 * rejects with one `TypeError` that names them all, and has done nothing.
 *
 * @example
 * const list = await startProductList({ electrum, store });
 * list.products()?.products.map(({ productId }) => productId);
 */
export async function startProductList(given: ProductListOptions): Promise<ProductList> {
  const options = resolveProductListOptions(given);
  const { clock, store, refreshMs, backoff, seed, onEvent } = options;
  const { promise: stopped, resolve: abandon } = Promise.withResolvers<undefined>();
  const loaded = await store.load();
  loaded.orTee((error) => onEvent({ type: "productStoreFailed", during: "load", error, at: clock.now() }));
  let known = loaded.unwrapOr(undefined);
  let failures = 0;
  let isAsking = false;
  let askers: ((refreshed: ProductsRefreshed) => void)[] = [];

  const ageMs = (fetchedAt: Instant): number => Math.max(clock.now() - fetchedAt, 0);
  /** How long the list that was kept is still good. */
  const keptForMs = (): number => (known === undefined ? 0 : refreshMs - ageMs(known.fetchedAt));

  function tellAskers(refreshed: ProductsRefreshed): void {
    for (const resolve of askers) resolve(refreshed);
    askers = [];
  }

  async function keep(products: readonly ListedProduct[]): Promise<void> {
    known = { products, fetchedAt: clock.now() };
    const saved = await store.save(known);
    saved.orTee((error) => onEvent({ type: "productStoreFailed", during: "save", error, at: clock.now() }));
  }

  async function refreshOnce(): Promise<number> {
    isAsking = true;
    const { outcome, retryAfterMs } = await askForProducts(options, stopped);
    if (outcome.outcome === "listed") await keep(outcome.products);
    const refreshed = toRefreshed(outcome, clock.now());
    onEvent(refreshed);
    isAsking = false;
    tellAskers(refreshed);
    if (refreshed.type === "productsListed") {
      failures = 0;
      return refreshMs;
    }
    const pauseMs = backoffMs(backoff, failures, seed);
    failures += 1;
    return Math.max(pauseMs, Math.min(retryAfterMs, backoff.maxMs));
  }

  let isFirst = true;
  const poll = async (): Promise<number> => {
    const waitMs = isFirst ? keptForMs() : 0;
    isFirst = false;
    return waitMs > 0 ? waitMs : refreshOnce();
  };
  const loop = startPollLoop({ clock, poll, maxSleepMs: MAX_LIST_WAIT_MS });

  return {
    products: () => (known === undefined ? undefined : { ...known, ageMs: ageMs(known.fetchedAt) }),
    refresh: () =>
      loop.isStopping()
        ? Promise.resolve(toRefreshed(noResponse("stopped"), clock.now()))
        : new Promise((resolve) => {
            askers.push(resolve);
            if (!isAsking) loop.notify();
          }),
    stop: async () => {
      abandon(undefined);
      await loop.stop();
      tellAskers(toRefreshed(noResponse("stopped"), clock.now()));
    },
  };
}

interface Asked {
  readonly outcome: ProductsOutcome;
  /** The wait before a repeat that Electrum asks for. */
  readonly retryAfterMs: number;
}

/** Asks once, until there is an answer or the list has stopped. */
async function askForProducts(
  { electrum, clock, replyDeadlineMs, client }: ResolvedProductListOptions,
  stopped: Promise<undefined>,
): Promise<Asked> {
  const outgoing = { operation: "lookupProducts", message: {} } as const;
  const received = await Promise.race([electrum.send(outgoing, clock.now() + replyDeadlineMs, client), stopped]);
  if (received === undefined) return { outcome: noResponse("stopped"), retryAfterMs: 0 };
  return received.match(
    (response) => ({ outcome: classifyProducts(response), retryAfterMs: response.retryAfterMs ?? 0 }),
    ({ cause }) => ({ outcome: noResponse(cause), retryAfterMs: 0 }),
  );
}

const noResponse = (cause: NoResponseCause): CannotTellYet => ({
  outcome: "cannotTellYet",
  reason: "noResponse",
  cause,
});
