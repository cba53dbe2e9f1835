import type { Instant } from "@electrum-vouchers/core";
import type { TransactionKind, SwitchOperation } from "./operations.ts";

/** What the switch knows about a call besides its message. */
export interface SwitchCall<Name extends SwitchOperation = SwitchOperation> {
  readonly operation: Name;
  readonly kind: TransactionKind;
  /** The user name of the Basic authentication. */
  readonly user: string;
  readonly at: Instant;
  /** Crash and overwrite where Electrum's test server of 2019 does. */
  readonly emulateTestServer: boolean;
}
