export type { Actor, CancelOptions, ConfirmOptions } from "./actor.ts";
export type { Clock } from "./clock.ts";
export { randomId, systemClock } from "./clock.ts";
export type { TillError } from "./errors.ts";
export type { Alert, ForwarderStatus, EventListener, RuntimeEvent } from "./events.ts";
export type { Forwarding, TillOptions } from "./options.ts";
export type { PolicySelector, PolicySubject } from "./policy-selector.ts";
export type { Retention, RetentionTimes } from "./retention-options.ts";
export type { InquiryOptions } from "./questions.ts";
export type { KnownProducts, ProductList } from "./product-list.ts";
export type { ProductListOptions } from "./product-list-options.ts";
export { startProductList } from "./product-list.ts";
export type {
  ProductListEvent,
  ProductsRefreshed,
  ProductStore,
  ProductStoreFailed,
  StoredProducts,
} from "./product-store.ts";
export type { LookUpOptions } from "./redemptions.ts";
export type { PaymentStart, Till } from "./till.ts";
export { startTill } from "./till.ts";
