import type { Instant } from "@electrum-vouchers/core";
import type { Kind, Operation } from "./operations.ts";

/** What the switch knows about a call besides its message. */
export interface Call<Name extends Operation = Operation> {
  readonly operation: Name;
  readonly kind: Kind;
  /** The user name of the Basic authentication. */
  readonly user: string;
  readonly at: Instant;
  /** Crash and overwrite where Electrum's test server of 2019 does. */
  readonly likeTestServer: boolean;
}
