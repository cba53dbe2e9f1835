/**
 * Returns the value of the `Authorization` header. It is called for each message, so that a rotated secret is used at once. If it
 * returns `undefined`, throws or rejects, nothing is sent, and the cause is `credentials`.
 *
 * @param client Electrum's id of the client that the message is sent for; absent if the caller named none
 *
 * @example
 * const bearer: Authorization = async () => `Bearer ${await tokens.current()}`;
 */
export type Authorization = (client?: string) => string | undefined | Promise<string | undefined>;

export interface Credentials {
  /** Electrum requires it to equal the `client.id` of the request. */
  readonly username: string;
  readonly password: string;
}

/**
 * HTTP Basic (RFC 7617), which Electrum uses. `credentials` is called for each message, with the client's id.
 *
 * @example
 * basicAuthorization(() => ({ username: "12345678", password: readPassword() }))
 */
export const basicAuthorization =
  (credentials: (client?: string) => Credentials | Promise<Credentials>): Authorization =>
  async (client) => {
    const { username, password } = await credentials(client);
    // The first colon ends the user name, so a user name cannot contain one.
    if (!isHeaderSafe(username) || !isHeaderSafe(password) || username.includes(":")) return undefined;
    return `Basic ${Buffer.from(`${username}:${password}`.normalize("NFC"), "utf8").toString("base64")}`;
  };

/** RFC 7617 forbids control characters, and half a surrogate pair cannot be encoded in UTF-8. */
const isHeaderSafe = (text: string): boolean => !/\p{Cc}/u.test(text) && text.isWellFormed();

/** What a message is sent under. */
export interface MessageCredentials {
  /** The value of the `Authorization` header. */
  readonly header: string;
  /** The same for all headers that come from the same configuration. */
  readonly identity: string;
}

/** The credentials, or `undefined` if there are none or they are not a valid header value. */
export async function credentialsFrom(
  authorization: Authorization,
  client?: string,
): Promise<MessageCredentials | undefined> {
  try {
    const header = await authorization(client);
    const isValid = header !== undefined && /^[\x21-\x7e][\x20-\x7e]*$/.test(header);
    return isValid ? { header, identity: header } : undefined;
  } catch {
    // The error may hold the secret itself, so it is dropped.
    return undefined;
  }
}
