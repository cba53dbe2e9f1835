import {
  basicAuthorization,
  type Credentials,
  createElectrumHttp,
  type OptionFault,
} from "@electrum-vouchers/adapter-http";
import { type OpenError, openSqliteOutbox, type SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { startTill, type Till, type TillOptions } from "@electrum-vouchers/runtime";
import type { ResultAsync } from "neverthrow";

/** What a till is made of, and the business rules it follows. */
export interface CompositionOptions extends Omit<TillOptions, "electrum" | "outbox"> {
  /** The SQLite file of its transactions; created where there is none. */
  readonly db: string;
  /** Electrum's API, such as `https://sandbox.electrum.io/suv/v1`. */
  readonly url: string;
  /** Asked for each message, so that a rotated password is used at once. */
  readonly credentials: () => Credentials;
}

export interface Composition {
  readonly till: Till;
  /** For a look into the file. */
  readonly outbox: SqliteOutbox;
  /** Finishes what is under way; what is left is the next process's to take up. */
  readonly close: () => Promise<void>;
}

export type CompositionError =
  | { readonly type: "electrum"; readonly faults: readonly OptionFault[] }
  | { readonly type: "outbox"; readonly error: OpenError };

/** A till over HTTP and SQLite. This is all the wiring there is: core, runtime and adapters meet here and nowhere else. */
export function compose({
  db,
  url,
  credentials,
  ...options
}: CompositionOptions): ResultAsync<Composition, CompositionError> {
  return createElectrumHttp({ baseUrl: url, authorization: basicAuthorization(credentials) })
    .mapErr((faults): CompositionError => ({ type: "electrum", faults }))
    .andThen((electrum) =>
      openSqliteOutbox({ path: db })
        .map((outbox) => ({ electrum, outbox }))
        .mapErr((error): CompositionError => ({ type: "outbox", error })),
    )
    .asyncMap(async ({ electrum, outbox }) => {
      const till = await startTill({ ...options, electrum, outbox });
      const close = async (): Promise<void> => {
        await till.stop();
        electrum.close();
        // Whatever was committed is durable already: a close that fails loses nothing.
        await outbox.close().unwrapOr(undefined);
      };
      return { till, outbox, close };
    });
}
