import { type Authorization, credentialsFrom, type MessageCredentials } from "./authorization.ts";
import { createCredentialNumbers } from "./credential-numbers.ts";
import type { PasswordGrant } from "./password-grant.ts";
import { createTokens } from "./tokens.ts";
import type { Transport } from "./transport.ts";

/** What the messages of each client are sent under, by either way to get it, and what came of it. */
export interface CredentialsSource {
  /** `undefined` if there are none. It never rejects. */
  current(client: string | undefined): Promise<MessageCredentials | undefined>;
  /** A message under these credentials was answered with this status. */
  answered(client: string | undefined, credentials: MessageCredentials, status: number): void;
  /** The number of the client's credentials; 0 before its first message. */
  numberOf(client: string | undefined): number;
  close(): void;
}

/** `createTokenTransport` makes the transport to the token server, if there is one. */
export function createCredentialsSource(
  authorization: Authorization | PasswordGrant,
  createTokenTransport: (grant: PasswordGrant) => Transport,
): CredentialsSource {
  const numbers = createCredentialNumbers();
  const way = typeof authorization === "function" ? fromFunction(authorization) : fromTokens(authorization);

  function fromTokens(grant: PasswordGrant): Pick<CredentialsSource, "current" | "answered" | "close"> {
    const transport = createTokenTransport(grant);
    const tokens = createTokens(grant, transport);
    return {
      current: tokens.current,
      answered(client, { header }, status) {
        if (status === 401) tokens.refused(client, header);
        if (isAccepted(status)) tokens.accepted(client, header);
      },
      close() {
        tokens.close();
        transport.close();
      },
    };
  }

  return {
    async current(client) {
      const credentials = await way.current(client);
      if (credentials !== undefined) numbers.note(client ?? "", credentials);
      return credentials;
    },
    answered(client, credentials, status) {
      way.answered(client, credentials, status);
      if (isAccepted(status)) numbers.accepted(client ?? "", credentials);
    },
    numberOf: (client = "") => numbers.numberOf(client),
    close: way.close,
  };
}

const fromFunction = (authorization: Authorization): Pick<CredentialsSource, "current" | "answered" | "close"> => ({
  current: (client) => credentialsFrom(authorization, client),
  answered: () => {},
  close: () => {},
});

/** Nobody answers 2xx to credentials that are wrong. Other statuses may be a gateway's, so they prove nothing. */
const isAccepted = (status: number): boolean => status >= 200 && status < 300;
