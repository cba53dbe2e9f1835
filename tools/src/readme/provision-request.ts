import type { ProvisionRequest } from "@electrum-vouchers/core";

const shop = { id: "12345678", name: "Corner Shop" };

/** A sale for the README's programs. */
export const provisionRequest = (id: string): ProvisionRequest => ({
  id,
  time: "2026-01-01T09:00:00.000Z",
  originator: {
    institution: shop,
    terminalId: "TILL0001",
    merchant: {
      merchantType: "5411",
      merchantId: "123456789012345",
      merchantName: { name: "Corner Shop", city: "Cape Town", region: "WC", country: "ZA" },
    },
  },
  client: shop,
  thirdPartyIdentifiers: [],
});
