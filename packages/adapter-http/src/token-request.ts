// One request to a token server, by RFC 6749: the password grant. It gives a token or nothing, and never says why: what a token server
// writes into an error may hold what was sent to it.

import type { PasswordGrant, PasswordGrantCredentials } from "./password-grant.ts";
import type { Transport } from "./transport.ts";

/** A token, as the value of the `Authorization` header, and how long it lives. */
export interface IssuedToken {
  readonly header: string;
  readonly lifetimeMs: number;
}

/** 10 seconds. A token server answers at once, or is in trouble. */
const DEFAULT_TOKEN_DEADLINE_MS = 10_000;

/** If the server says nothing about it. */
const DEFAULT_LIFETIME_S = 300;

/** A day. Whatever a server says, a token is renewed after that. */
const MAX_LIFETIME_S = 24 * 60 * 60;

/** Asks for a token. Rejects or gives `undefined` if there is none. */
export async function requestToken(
  transport: Transport,
  grant: PasswordGrant,
  credentials: PasswordGrantCredentials,
  closing: AbortSignal,
): Promise<IssuedToken | undefined> {
  const { tokenUrl, tokenDeadlineMs = DEFAULT_TOKEN_DEADLINE_MS } = grant;
  const form = formOf(grant, credentials);
  const { status, body } = await transport.send({
    method: "POST",
    url: tokenUrl,
    headers: {
      accept: "application/json",
      "accept-encoding": "identity",
      "content-type": "application/x-www-form-urlencoded",
      "content-length": String(Buffer.byteLength(form)),
      ...(grant.clientAuthentication === "body" ? {} : { authorization: basicOf(credentials) }),
    },
    json: form,
    signal: AbortSignal.any([closing, AbortSignal.timeout(tokenDeadlineMs)]),
  });
  return status === 200 && body !== undefined ? readToken(body) : undefined;
}

function formOf(grant: PasswordGrant, credentials: PasswordGrantCredentials): string {
  const { username, password, clientId, clientSecret } = credentials;
  return new URLSearchParams({
    grant_type: "password",
    username,
    password,
    ...(grant.scope === undefined ? {} : { scope: grant.scope }),
    ...(grant.clientAuthentication === "body" ? { client_id: clientId, client_secret: clientSecret } : {}),
  }).toString();
}

/** RFC 6749, section 2.3.1: both are form-encoded before they are joined. */
function basicOf({ clientId, clientSecret }: PasswordGrantCredentials): string {
  const [id, secret] = [clientId, clientSecret].map((text) => new URLSearchParams({ "": text }).toString().slice(1));
  return `Basic ${Buffer.from(`${id ?? ""}:${secret ?? ""}`, "utf8").toString("base64")}`;
}

/** What RFC 6750 allows in a header. */
const BEARER = /^[A-Za-z0-9\-._~+/]+=*$/;

function readToken(body: string): IssuedToken | undefined {
  const answer: unknown = JSON.parse(body);
  if (typeof answer !== "object" || answer === null) return undefined;
  const token: unknown = Reflect.get(answer, "access_token");
  const type: unknown = Reflect.get(answer, "token_type");
  if (typeof token !== "string" || !BEARER.test(token)) return undefined;
  if (typeof type !== "string" || type.toLowerCase() !== "bearer") return undefined;
  const lifetimeS = readLifetime(Reflect.get(answer, "expires_in"));
  return { header: `Bearer ${token}`, lifetimeMs: lifetimeS * 1_000 };
}

/** Some servers write the number as text. */
function readLifetime(given: unknown): number {
  const seconds = typeof given === "number" || typeof given === "string" ? Number(given) : Number.NaN;
  return seconds >= 1 ? Math.min(seconds, MAX_LIFETIME_S) : DEFAULT_LIFETIME_S;
}
