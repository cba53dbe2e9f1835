import type { Backoff, Uuid } from "@electrum-vouchers/core";
import {
  type Electrum,
  findOptionFaults,
  functionOption,
  ifGiven,
  isolateErrors,
  numberFrom,
  objectOf,
  type OptionChecks,
  portOption,
  textOption,
  toOptionsError,
  wholeNumberFrom,
} from "@electrum-vouchers/core/ports";
import { type Clock, randomId, systemClock } from "./clock.ts";
import { createMemoryProductStore, type ProductListEvent, type ProductStore } from "./product-store.ts";

export interface ProductListOptions {
  readonly electrum: Pick<Electrum, "send">;
  /** Where the list is kept over a restart. Default: in memory, so it is not. */
  readonly store?: ProductStore;
  /** Electrum's id of the client that asks. Default: the only client of the credentials. */
  readonly client?: string;
  /** How long a good list is good, in milliseconds. Default: a day. */
  readonly refreshMs?: number;
  /** The pause before Electrum is asked again, if it gave no good list. There is no last repeat. Default 5 s, doubling, up to 15 minutes. */
  readonly backoff?: Backoff;
  /** How long to wait for each response, in milliseconds. Default 60 s, Electrum's own. */
  readonly replyDeadlineMs?: number;
  /** Called for every answer, and if the store fails. It gets no product. Default: none. */
  readonly onEvent?: (event: ProductListEvent) => void;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Makes the seed of the pauses, so that a thousand tills do not repeat in step. Default: the system's. */
  readonly newId?: () => Uuid;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** A second. With a shorter one, Electrum would be asked all the time. */
const MIN_WAIT_MS = 1_000;

/** A week. A longer wait is a mistyped number; besides, timers overflow at 24.8 days. */
export const MAX_LIST_WAIT_MS: number = 7 * DAY_MS;

const defaultBackoff: Backoff = { initialMs: 5_000, multiplier: 2, maxMs: 15 * 60_000 };

/** Electrum's own time-out. */
const REPLY_DEADLINE_MS = 60_000;

/** The options with every default filled in. */
export interface ResolvedProductListOptions extends Required<Omit<ProductListOptions, "client" | "newId" | "onEvent">> {
  readonly client?: string;
  /** Of the pauses. */
  readonly seed: string;
  readonly onEvent: (event: ProductListEvent) => void;
}

/** @throws {TypeError} with every fault of the options, if they have any. */
export function resolveProductListOptions(given: ProductListOptions): ResolvedProductListOptions {
  // Each option is read once.
  const options = { ...given };
  const faults = findOptionFaults(options, checks);
  if (faults.length > 0) throw toOptionsError("startProductList", faults);
  const { electrum, client, onEvent, newId = randomId } = options;
  return {
    electrum,
    store: options.store ?? createMemoryProductStore(),
    ...(client === undefined ? {} : { client }),
    refreshMs: options.refreshMs ?? DAY_MS,
    backoff: { ...(options.backoff ?? defaultBackoff) },
    replyDeadlineMs: options.replyDeadlineMs ?? REPLY_DEADLINE_MS,
    onEvent: onEvent === undefined ? () => {} : isolateErrors(onEvent, warnOfListener),
    clock: options.clock ?? systemClock,
    seed: newId(),
  };
}

const warnOfListener = (detail: string): void =>
  process.emitWarning("The product list's event listener failed. The list goes on, and reports no further failure.", {
    detail,
  });

const waitOption = wholeNumberFrom(MIN_WAIT_MS, MAX_LIST_WAIT_MS);

const checks: OptionChecks<ProductListOptions> = {
  electrum: portOption("send"),
  store: ifGiven(portOption("load", "save")),
  client: ifGiven(textOption),
  refreshMs: ifGiven(waitOption),
  backoff: ifGiven(objectOf({ initialMs: waitOption, multiplier: numberFrom(1, 10), maxMs: waitOption })),
  replyDeadlineMs: ifGiven(wholeNumberFrom(1, MAX_LIST_WAIT_MS)),
  onEvent: ifGiven(functionOption),
  clock: ifGiven(portOption("now", "sleep", "monotonicMs")),
  newId: ifGiven(functionOption),
};
