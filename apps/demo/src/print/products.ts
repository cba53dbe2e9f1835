import { type ListedProduct, printable } from "@electrum-vouchers/core";
import type { KnownProducts, ProductsRefreshed } from "@electrum-vouchers/runtime";
import { describeAmount } from "./ending.ts";
import { describeNoResponse } from "./no-response.ts";
import { styleBold } from "./text-style.ts";

/** What came of asking for the products. */
export function describeRefreshed(refreshed: ProductsRefreshed): string {
  if (refreshed.type === "productsListed") {
    const { count, unreadable } = refreshed;
    return `Electrum lists ${count} products${unreadable === 0 ? "" : `, and ${unreadable} that do not read`}`;
  }
  const { reason, cause, status, errorType } = refreshed;
  const details = [
    cause === undefined ? undefined : describeNoResponse(cause),
    status === undefined ? undefined : String(status),
    errorType,
  ].filter((part) => part !== undefined);
  return `Electrum lists no products: ${reason} (${printable(details.join(" "))})`;
}

/** The products, and how old their list is. */
export const productLines = ({ products, fetchedAt }: KnownProducts): readonly string[] => [
  `${styleBold(`${products.length} products`)}, as Electrum listed them at ${new Date(fetchedAt).toISOString()}`,
  ...products.map((product) => `  ${describeProduct(product)}`),
];

function describeProduct({ productId, name = "", amount, minAmount, maxAmount }: ListedProduct): string {
  const range = [minAmount, maxAmount].filter((each) => each !== undefined).map(describeAmount);
  const price = amount === undefined ? range.join(" to ") : describeAmount(amount);
  return `${printable(productId).padEnd(14)} ${printable(name).padEnd(24)} ${printable(price)}`.trimEnd();
}
