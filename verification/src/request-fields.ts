import { type Instant, toDateTime, type TransactionFields, type Uuid } from "@electrum-vouchers/core";

/** The shop, towards the switch. */
export const USER = "shop";

/** What every request of the shop begins with. */
export const requestFields = (id: Uuid, provider: string, at: Instant): TransactionFields => ({
  id,
  time: toDateTime(at),
  originator: {
    institution: { id: USER, name: "Shop" },
    terminalId: "12345678",
    merchant: {
      merchantType: "5411",
      merchantId: "123456789012345",
      merchantName: { name: "Shop", city: "Cape Town", region: "WC", country: "ZA" },
    },
  },
  client: { id: USER, name: "Shop" },
  receiver: { id: provider, name: provider },
  thirdPartyIdentifiers: [{ institutionId: USER, transactionIdentifier: id.slice(0, 8) }],
});
