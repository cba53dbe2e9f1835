// The tokens of OAuth2, one for each client: who may use which, and when a new one is asked for.
//
//   none ── a message ──▶ renewing ──▶ fresh ── near its end ──▶ fresh, renewing ──▶ fresh
//                            ▲  └ no token ──▶ none, for a pause     │
//                            └──── expired · 401, once ──────────────┘
//
// Rules
// 1. One renewal for all callers: whoever needs a token while one is asked for waits for the same answer.
// 2. It is renewed before it expires, while messages still go under the old one. If that fails, the old one serves to its end.
// 3. A 401 to the token that is in use makes the next message wait for another, once: until something is accepted, a 401 to that one as
//    well changes nothing for a pause. Then it is not the token that is wrong, and a token server is not to be asked for each message.
// 4. After a failure nothing is asked for a pause. Messages meanwhile have no credentials, and are not sent.
// 5. Time is the monotonic clock's: a wall clock that is set makes no token live longer.
// 6. Secrets stay in closures. What identifies the credentials is a digest of them, under a key that ends with the process.
//
// What it does not know: whether a message is worth repeating. It is not; the core decides what a 401 means.

import { createHmac, randomBytes } from "node:crypto";
import type { MessageCredentials } from "./authorization.ts";
import type { PasswordGrant, PasswordGrantCredentials } from "./password-grant.ts";
import { type IssuedToken, requestToken } from "./token-request.ts";
import type { Transport } from "./transport.ts";

export interface Tokens {
  /** The client's credentials; `undefined` if there is no token. It never rejects. */
  current(client: string | undefined): Promise<MessageCredentials | undefined>;
  /** A message under this header was answered 401. */
  refused(client: string | undefined, header: string): void;
  /** A message under this header was accepted. */
  accepted(client: string | undefined, header: string): void;
  /** Ends what is asked for. Later there are no tokens. */
  close(): void;
}

interface HeldToken extends MessageCredentials {
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
}

/** What is kept of one client. */
interface ClientTokens {
  readonly held?: HeldToken;
  readonly renewal?: Promise<MessageCredentials | undefined>;
  /** No token is asked for before this, since the server gave none. */
  readonly pausedUntilMs: number;
  /** No 401 makes a token stale before this, since one did, and nothing was accepted yet. */
  readonly refusedUntilMs: number;
}

/** Renew when this part of the lifetime has passed. */
const RENEW_AFTER = 0.8;

/** A message must reach Electrum before its token expires. Half the lifetime, if that is less. */
const MARGIN_MS = 5_000;

/** Between two requests for a token after a failure. */
const FAILED_PAUSE_MS = 1_000;

/** Between two tokens that a 401 makes stale, as long as nothing is accepted. */
const REFUSED_PAUSE_MS = 60_000;

/** A till has credentials for a few clients. Beyond this the oldest is forgotten. */
const MAX_CLIENTS = 1_000;

export function createTokens(
  grant: PasswordGrant,
  transport: Transport,
  nowMs = (): number => performance.now(),
): Tokens {
  const clients = new Map<string, ClientTokens>();
  const closing = new AbortController();
  const ask = createTokenRequest(grant, transport, closing.signal, nowMs);

  const stateOf = (client = ""): ClientTokens => clients.get(client) ?? { pausedUntilMs: 0, refusedUntilMs: 0 };

  function setState(client = "", state: ClientTokens): void {
    const [oldest] = clients.keys();
    if (clients.size === MAX_CLIENTS && oldest !== undefined && !clients.has(client)) clients.delete(oldest);
    clients.set(client, state);
  }

  function renew(client: string | undefined): Promise<MessageCredentials | undefined> {
    const { renewal: underWay } = stateOf(client);
    if (underWay !== undefined) return underWay;
    const renewal = ask(client).then((held) => {
      const { renewal: _, ...before } = stateOf(client);
      setState(
        client,
        held === undefined ? { ...before, pausedUntilMs: nowMs() + FAILED_PAUSE_MS } : { ...before, held },
      );
      return held ?? usable(before.held);
    });
    setState(client, { ...stateOf(client), renewal });
    return renewal;
  }

  const usable = (held: HeldToken | undefined): HeldToken | undefined =>
    held !== undefined && nowMs() < held.expiresAtMs ? held : undefined;

  return {
    async current(client) {
      const { held, renewal, pausedUntilMs } = stateOf(client);
      const current = usable(held);
      const isPaused = closing.signal.aborted || nowMs() < pausedUntilMs;
      if (current === undefined) return renewal ?? (isPaused ? undefined : renew(client));
      if (nowMs() >= current.renewAtMs && !isPaused) void renew(client);
      return current;
    },
    refused(client, header) {
      const { held, ...others } = stateOf(client);
      if (held?.header !== header || nowMs() < others.refusedUntilMs) return;
      setState(client, { ...others, refusedUntilMs: nowMs() + REFUSED_PAUSE_MS });
    },
    accepted(client, header) {
      const state = stateOf(client);
      if (state.held?.header === header && state.refusedUntilMs > 0) setState(client, { ...state, refusedUntilMs: 0 });
    },
    close: () => closing.abort(),
  };
}

/** Asks for a client's token: it gives a new one, or nothing. It never rejects. */
function createTokenRequest(
  grant: PasswordGrant,
  transport: Transport,
  closing: AbortSignal,
  nowMs: () => number,
): (client: string | undefined) => Promise<HeldToken | undefined> {
  const digestKey = randomBytes(32);
  const identityOf = ({ username, password, clientId, clientSecret }: PasswordGrantCredentials): string =>
    createHmac("sha256", digestKey)
      .update(JSON.stringify([username, password, clientId, clientSecret]))
      .digest("hex");
  return async (client) => {
    try {
      const credentials = await grant.credentials(client);
      const token = await requestToken(transport, grant, credentials, closing);
      return token === undefined ? undefined : hold(token, identityOf(credentials), nowMs());
    } catch {
      // The error may hold the secrets, so it is dropped.
      return undefined;
    }
  };
}

function hold({ header, lifetimeMs }: IssuedToken, identity: string, nowMs: number): HeldToken {
  return {
    header,
    identity,
    renewAtMs: nowMs + lifetimeMs * RENEW_AFTER,
    expiresAtMs: nowMs + lifetimeMs - Math.min(MARGIN_MS, lifetimeMs / 2),
  };
}
