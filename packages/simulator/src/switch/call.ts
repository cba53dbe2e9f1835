import type { Instant } from "@electrum-vouchers/core";
import type { TransactionKind, SwitchOperation } from "./operations.ts";

/** What the switch knows about a request besides its message. */
export interface SwitchCall<Name extends SwitchOperation = SwitchOperation> {
  readonly operation: Name;
  readonly kind: TransactionKind;
  /** The user name of the Basic authentication. */
  readonly user: string;
  readonly at: Instant;
  /** Whether to crash and overwrite in the cases in which Electrum's test server of 2019 does. */
  readonly emulateTestServer: boolean;
}
