import type { Cancel, Intended, MessageReferences } from "@electrum-vouchers/core";

/** Who wants what a call asks for: the cashier, or an operator. It is journalled, and never sent. */
export type Actor = Pick<Intended, "by">;

/** Who confirms, and the references that the confirmation bears. Default: the request's. */
export type ConfirmOptions = Actor & MessageReferences;

/**
 * Who cancels; how much of an approval is reversed, if not all of it; and the references that its reversal bears. If a request is under way,
 * its reversal comes later and bears the request's.
 */
export type CancelOptions = Actor & Pick<Cancel, keyof MessageReferences | "amounts">;
