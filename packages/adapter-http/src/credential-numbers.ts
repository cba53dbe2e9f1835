/** Numbers the credentials of each client as they change, so that a halt of the old ones can end. It keeps no history. */
export interface CredentialNumbers {
  /** Notes what a client's message is sent under. */
  note(client: string, header: string): void;
  /** The number of the client's credentials; 0 before its first message. */
  numberOf(client: string): number;
}

/** A till has credentials for a few clients. Beyond this the oldest is forgotten, and starts again. */
const MAX_CLIENTS = 1_000;

export function createCredentialNumbers(): CredentialNumbers {
  const current = new Map<string, { readonly header: string; readonly number: number }>();
  let last = 0;
  return {
    note: (client, header) => {
      if (current.get(client)?.header === header) return;
      const [oldest] = current.keys();
      if (current.size === MAX_CLIENTS && oldest !== undefined && !current.has(client)) current.delete(oldest);
      last += 1;
      current.set(client, { header, number: last });
    },
    numberOf: (client) => current.get(client)?.number ?? 0,
  };
}
