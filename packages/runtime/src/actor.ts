import type { Intended } from "@electrum-vouchers/core";

/** Who wants what a call asks for: the cashier, or an operator. It is journalled, and never sent. */
export type Actor = Pick<Intended, "by">;
