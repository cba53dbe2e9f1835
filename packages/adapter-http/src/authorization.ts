/**
 * Gives the value of the `Authorization` header. Asked for each message, so that a rotated secret is used at once.
 * `undefined`, a throw or a rejection: it could not be had, and nothing is sent (`credentials`).
 *
 * @example
 * const bearer: Authorization = async () => `Bearer ${await tokens.current()}`;
 */
export type Authorization = () => string | undefined | Promise<string | undefined>;

export interface Credentials {
  /** Electrum demands that it equals `client.id` of the message. */
  readonly username: string;
  readonly password: string;
}

/**
 * HTTP Basic (RFC 7617), Electrum's own scheme, from credentials that are asked for each message.
 *
 * @example
 * basicAuthorization(() => ({ username: "12345678", password: readPassword() }))
 */
export const basicAuthorization =
  (credentials: () => Credentials | Promise<Credentials>): Authorization =>
  async () => {
    const { username, password } = await credentials();
    // The first colon ends the user name: one inside it would turn its rest into the password's beginning.
    if (!isHeaderSafe(username) || !isHeaderSafe(password) || username.includes(":")) return undefined;
    return `Basic ${Buffer.from(`${username}:${password}`.normalize("NFC"), "utf8").toString("base64")}`;
  };

/** RFC 7617 forbids control characters; half a surrogate pair has no UTF-8. */
const isHeaderSafe = (text: string): boolean => !/\p{Cc}/u.test(text) && text.isWellFormed();

/** The header's value, or `undefined` where it cannot be had or would not fit into one header. */
export async function authorizationHeader(authorization: Authorization): Promise<string | undefined> {
  try {
    const value = await authorization();
    return value !== undefined && /^[\x21-\x7e][\x20-\x7e]*$/.test(value) ? value : undefined;
  } catch {
    // Whatever was thrown may hold the secret itself.
    return undefined;
  }
}
