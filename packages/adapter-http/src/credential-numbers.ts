// The numbers of the credentials that each client's messages go under, so that a halt of the old ones can end.
//
// Rules
// 1. Other credentials have another number at once: somebody has configured them.
// 2. A renewed token comes from the same credentials and keeps their number, so that it ends no halt by being new. Only once something
//    was accepted under it, it has a number of its own.
// 3. It keeps no history, and knows no secret but what is in use.

import type { MessageCredentials } from "./authorization.ts";

export interface CredentialNumbers {
  /** Notes what a client's message is sent under. */
  note(client: string, credentials: MessageCredentials): void;
  /** A client's message under these credentials was accepted. */
  accepted(client: string, credentials: MessageCredentials): void;
  /** The number of the client's credentials; 0 before its first message. */
  numberOf(client: string): number;
}

interface NumberedCredentials extends MessageCredentials {
  readonly number: number;
}

/** A till has credentials for a few clients. Beyond this the oldest is forgotten, and starts again. */
const MAX_CLIENTS = 1_000;

export function createCredentialNumbers(): CredentialNumbers {
  const current = new Map<string, NumberedCredentials>();
  let last = 0;

  function setNext(client: string, { identity, header }: MessageCredentials): void {
    const [oldest] = current.keys();
    if (current.size === MAX_CLIENTS && oldest !== undefined && !current.has(client)) current.delete(oldest);
    last += 1;
    current.set(client, { identity, header, number: last });
  }

  return {
    note: (client, credentials) => {
      if (current.get(client)?.identity !== credentials.identity) setNext(client, credentials);
    },
    accepted: (client, credentials) => {
      const known = current.get(client);
      if (known?.identity === credentials.identity && known.header !== credentials.header) setNext(client, credentials);
    },
    numberOf: (client) => current.get(client)?.number ?? 0,
  };
}
