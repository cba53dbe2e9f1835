import { type ProductDetails, readProduct } from "../messages/message-details.ts";
import type { HttpResponse } from "./http-response.ts";
import { classifyResponse } from "./request-outcome.ts";
import { productListIn } from "./product-list.ts";
import { type CannotTellYet, unanswered } from "./unanswered.ts";

// What a response to `lookupProducts` lists. It is read leniently, since its schema is unseen: a product needs its `productId`, and each
// other field is kept if it reads. A list without one product that reads is no good list: a till would have nothing to sell from it.

/** A product that Electrum lists. Only its `productId` is certain. */
export interface ListedProduct extends ProductDetails {
  readonly productId: string;
}

export type ProductsOutcome =
  | {
      readonly outcome: "listed";
      readonly products: readonly ListedProduct[];
      /** How many entries of the list do not read. */
      readonly unreadable: number;
    }
  | CannotTellYet;

/**
 * Classifies the response to `lookupProducts`.
 *
 * @example
 * classifyProducts({ status: 200, body: '[{"productId":"GAME100"},{"name":"no id"}]' })
 * // { outcome: "listed", products: [{ productId: "GAME100" }], unreadable: 1 }
 */
export function classifyProducts(response: HttpResponse): ProductsOutcome {
  const { status } = response;
  const classified = classifyResponse({ operation: "lookupProducts", message: {} }, response);
  if (classified.outcome !== "approved") return unanswered(status, classified);
  const entries = productListIn(classified.response) ?? [];
  const products = entries.flatMap(toListed);
  return products.length === 0
    ? { outcome: "cannotTellYet", reason: "unavailable", error: { status } }
    : { outcome: "listed", products, unreadable: entries.length - products.length };
}

function toListed(entry: unknown): readonly ListedProduct[] {
  const { productId = "", ...fields } = readProduct(entry) ?? {};
  return productId === "" ? [] : [{ productId, ...fields }];
}
