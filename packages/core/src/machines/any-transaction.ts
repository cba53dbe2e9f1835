import type { Provision } from "./provision-state.ts";
import type { Redemption } from "./redemption-state.ts";
import type { Refund } from "./refund-state.ts";

/** A transaction of any kind. Elsewhere it is called `Transaction`, as `transaction.ts` does: that module stands above those that use this. */
export type AnyTransaction = Provision | Redemption | Refund;
