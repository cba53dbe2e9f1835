import {
  basicAuthorization,
  type Credentials,
  createElectrumHttp,
  type OptionFault,
} from "@electrum-vouchers/adapter-http";
import { type OpenError, openSqliteOutbox, type SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { startTill, type Till, type TillOptions } from "@electrum-vouchers/runtime";
import type { Electrum } from "@electrum-vouchers/core/ports";
import type { Result, ResultAsync } from "neverthrow";

/** The parts of a till, and its business rules. */
export interface CompositionOptions extends Omit<TillOptions, "electrum" | "outbox"> {
  /** The SQLite file of its transactions. */
  readonly db: string;
  /** Whether the file must be an outbox already. Default: it is created if it does not exist. */
  readonly mustExist?: boolean;
  /** Electrum's API, such as `https://sandbox.electrum.io/suv/v1`. */
  readonly url: string;
  /** Called for each message, so that a rotated password is used at once. */
  readonly credentials: () => Credentials;
}

export interface Composition {
  readonly till: Till;
  /** The outbox, for inspection. */
  readonly outbox: SqliteOutbox;
  /** Finishes what is under way, then closes. The next process recovers the rest. */
  readonly close: () => Promise<void>;
}

export type CompositionError =
  | { readonly type: "electrum"; readonly faults: readonly OptionFault[] }
  | { readonly type: "outbox"; readonly error: OpenError };

/** Electrum, over HTTP. */
export const connectElectrum = ({
  url,
  credentials,
}: Pick<CompositionOptions, "url" | "credentials">): Result<Electrum, CompositionError> =>
  createElectrumHttp({ baseUrl: url, authorization: basicAuthorization(credentials) }).mapErr(
    (faults): CompositionError => ({ type: "electrum", faults }),
  );

/** Wires a till over HTTP and SQLite. Only here do core, runtime and adapters meet. */
export function compose({
  db,
  mustExist = false,
  url,
  credentials,
  ...options
}: CompositionOptions): ResultAsync<Composition, CompositionError> {
  return connectElectrum({ url, credentials })
    .andThen((electrum) =>
      openSqliteOutbox({ path: db, mustExist })
        .map((outbox) => ({ electrum, outbox }))
        .mapErr((error): CompositionError => ({ type: "outbox", error })),
    )
    .asyncMap(async ({ electrum, outbox }) => {
      const till = await startTill({ ...options, electrum, outbox });
      const close = async (): Promise<void> => {
        await till.stop();
        electrum.close();
        // Every commit is durable already, so a failed close loses nothing.
        await outbox.close().unwrapOr(undefined);
      };
      return { till, outbox, close };
    });
}
