// A token server, as OAuth2's password grant needs one (RFC 6749, section 4.3), beside the switch. Any password and any client secret
// will do; a token stands for its user. Tokens live in memory alone, and can all be revoked at once.

import { randomUUID } from "node:crypto";
import type { Instant } from "@electrum-vouchers/core";
import { createJsonResponse, type SwitchResponse } from "../switch/response.ts";

export interface TokenEndpoint {
  /** Answers a request for a token. */
  issue(body: string, at: Instant): SwitchResponse;
  /** The user of a token; `undefined` if it was never issued, is over or revoked. */
  userOf(token: string, at: Instant): string | undefined;
  /** Makes every token worthless that was issued so far. */
  revokeAll(): void;
}

/** More than a test issues. Beyond this the oldest is forgotten. */
const MAX_TOKENS = 10_000;

/** Longer than any user name. */
const MAX_USER_CHARACTERS = 256;

export function createTokenEndpoint(lifetimeSeconds: number): TokenEndpoint {
  const issued = new Map<string, { readonly user: string; readonly expiresAt: Instant }>();

  function remember(token: string, user: string, at: Instant): void {
    const [oldest] = issued.keys();
    if (issued.size === MAX_TOKENS && oldest !== undefined) issued.delete(oldest);
    issued.set(token, { user, expiresAt: at + lifetimeSeconds * 1_000 });
  }

  return {
    issue(body, at) {
      const form = new URLSearchParams(body);
      const [user, password] = [form.get("username") ?? "", form.get("password") ?? ""];
      if (form.get("grant_type") !== "password") return refuse("unsupported_grant_type");
      if (user === "" || user.length > MAX_USER_CHARACTERS || password === "") return refuse("invalid_request");
      const token = randomUUID();
      remember(token, user, at);
      return createJsonResponse(200, { access_token: token, token_type: "Bearer", expires_in: lifetimeSeconds });
    },
    userOf(token, at) {
      const known = issued.get(token);
      return known !== undefined && at < known.expiresAt ? known.user : undefined;
    },
    revokeAll: () => issued.clear(),
  };
}

const refuse = (error: string): SwitchResponse => createJsonResponse(400, { error });
