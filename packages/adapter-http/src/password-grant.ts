import {
  functionOption,
  ifGiven,
  objectOf,
  oneOfOptions,
  type OptionCheck,
  textOption,
  wholeNumberFrom,
} from "@electrum-vouchers/core/ports";

/** What Electrum hands out for OAuth2: a user with a password, and the client program with a secret. */
export interface PasswordGrantCredentials {
  /** Electrum requires it to equal the `client.id` of the request. */
  readonly username: string;
  readonly password: string;
  /** The OAuth2 client's id, which is not the `client.id` of a request. */
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface PasswordGrantOptions {
  /** Where tokens are issued, one URL for each environment. The rules of `baseUrl` hold. */
  readonly tokenUrl: string;
  /** Called for each new token, with the client's id, so that a rotated secret is used from the next token on. */
  readonly credentials: (client?: string) => PasswordGrantCredentials | Promise<PasswordGrantCredentials>;
  /**
   * How the client program proves itself: by HTTP Basic, which every token server must take (RFC 6749, section 2.3.1), or in the body.
   * Default `basic`.
   */
  readonly clientAuthentication?: "basic" | "body";
  /** Asked for with each token. Default none. */
  readonly scope?: string;
  /** How long the token server has to answer, in milliseconds. Default 10 000. */
  readonly tokenDeadlineMs?: number;
}

/** OAuth2 for `authorization`: made by {@link passwordGrant}. */
export interface PasswordGrant extends PasswordGrantOptions {
  readonly type: "passwordGrant";
}

/**
 * OAuth2 with the password grant (RFC 6749, section 4.3), which Electrum prefers to Basic. One token serves all messages of a client; it
 * is renewed before it expires, and once when a message is answered 401. A message waits for its first token within its own deadline,
 * and counts as not sent until then. If there is no token, the cause is `credentials`.
 *
 * @example
 * passwordGrant({
 *   tokenUrl: "https://electrum.example/oauth/token",
 *   credentials: () => ({ username: "12345678", password: read("user"), clientId: "till", clientSecret: read("till") }),
 * })
 */
export const passwordGrant = (options: PasswordGrantOptions): PasswordGrant => ({ ...options, type: "passwordGrant" });

/** Ten minutes. A longer wait is a mistyped number. */
const MAX_TOKEN_DEADLINE_MS = 10 * 60 * 1000;

/** `urlOption` checks the token URL as it does the base URL. */
export const passwordGrantOption = (urlOption: OptionCheck): OptionCheck =>
  objectOf({
    type: oneOfOptions("passwordGrant"),
    tokenUrl: urlOption,
    credentials: functionOption,
    clientAuthentication: ifGiven(oneOfOptions("basic", "body")),
    scope: ifGiven(textOption),
    tokenDeadlineMs: ifGiven(wholeNumberFrom(1, MAX_TOKEN_DEADLINE_MS)),
  });
