// How fast one client's advices go out, if Electrum asks it for fewer (status 429). A pure value and its transitions.
//
// 1. A 429 to one message binds that message: it waits as long as its `Retry-After` says. It may be a limit of its own.
// 2. A 429 to a second message of the same client, nothing of that client being acknowledged between, is about the client. From then
//    on its advices keep an interval: one first delivery and one repeat at a time.
// 3. Each further 429 to another message doubles the interval, up to a second. Each acknowledgement takes a quarter off it. So the
//    rate finds the limit from below, and a few advices that are limited for ever slow nobody down for long.
//
// Other clients are not slowed. Moments are monotonic milliseconds.

/** What is known of a client's limit. */
export interface ClientRate {
  /** The advice that was limited last. */
  readonly limited: string;
  /** The interval that its advices keep; 0 after a first 429. */
  readonly intervalMs: number;
  /** When the next one may go out. */
  readonly nextAtMs: number;
}

export type ClientRates = ReadonlyMap<string, ClientRate>;

/** Twenty a second: a till that is told to slow down has sent more than that. */
const FIRST_INTERVAL_MS = 50;

/** A limit below one a second is no limit of a rate, and each message's own `Retry-After` says more about it. */
const MAX_INTERVAL_MS = 1_000;

/** Below this the interval slows nothing down, and is forgotten. */
const MIN_INTERVAL_MS = 10;

const PART_LEFT = 3 / 4;

/** Electrum has asked this client for fewer messages, by refusing this advice. */
export function onLimited(rates: ClientRates, client: string, adviceId: string, nowMs: number): ClientRates {
  const known = rates.get(client);
  if (known === undefined) return new Map(rates).set(client, { limited: adviceId, intervalMs: 0, nextAtMs: nowMs });
  if (known.limited === adviceId) return rates;
  const intervalMs = Math.min(Math.max(2 * known.intervalMs, FIRST_INTERVAL_MS), MAX_INTERVAL_MS);
  return new Map(rates).set(client, { limited: adviceId, intervalMs, nextAtMs: nowMs + intervalMs });
}

/** Electrum has acknowledged an advice of this client. */
export function onUnlimited(rates: ClientRates, client: string): ClientRates {
  const known = rates.get(client);
  if (known === undefined) return rates;
  const intervalMs = known.intervalMs * PART_LEFT;
  const next = new Map(rates);
  if (intervalMs < MIN_INTERVAL_MS) next.delete(client);
  else next.set(client, { ...known, intervalMs });
  return next;
}

/** A delivery of this client starts: the next one keeps the interval. */
export function onPacedStart(rates: ClientRates, client: string, nowMs: number): ClientRates {
  const known = rates.get(client);
  return known === undefined || known.intervalMs === 0
    ? rates
    : new Map(rates).set(client, { ...known, nextAtMs: nowMs + known.intervalMs });
}

/** The clients that keep an interval. */
export const pacedClients = (rates: ClientRates): readonly (readonly [string, ClientRate])[] =>
  [...rates].filter(([, { intervalMs }]) => intervalMs > 0);
