import type { LedgerAmount, Product } from "@electrum-vouchers/core";
import type { ProductsLookupResponse } from "../messages/response-checks.ts";
import { createJsonResponse, type HandleResult, respondUnchanged } from "./response.ts";
import type { World } from "./world.ts";

const rand = (amount: number): LedgerAmount => ({ amount: amount * 100, currency: "710" });

const fixed = (productId: string, name: string, amount: number): Product => ({
  productId,
  name,
  amount: rand(amount),
});

/** What each provider sells. A provider that a test has added sells nothing that is listed. */
const catalogues: Readonly<Record<string, readonly Product[]>> = {
  standard: [
    fixed("GAME100", "Game voucher R100", 100),
    fixed("GAME250", "Game voucher R250", 250),
    {
      productId: "GIFT",
      name: "Gift voucher",
      description: "Any value from R50 to R1000",
      minAmount: rand(50),
      maxAmount: rand(1_000),
    },
  ],
  Netcare: [fixed("DOCTOR450", "Doctor's visit", 450), fixed("DENTIST600", "Dentist's visit", 600)],
  Stellr: [fixed("STREAM99", "Music for a month", 99)],
};

/** GET /products: what can be sold. Electrum keeps the catalogue, so no provider is asked, and none that is down changes it. */
export function lookupProducts(world: World): HandleResult {
  const products = Object.keys(world.providers).flatMap((provider) => catalogues[provider] ?? []);
  return respondUnchanged(world, createJsonResponse(200, { products } satisfies ProductsLookupResponse));
}
