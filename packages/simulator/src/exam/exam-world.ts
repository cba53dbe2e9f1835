import type { BasicAdvice, ProvisionRequest } from "@electrum-vouchers/core";
import { values } from "../persistent-map.ts";
import { handle } from "../switch/handle.ts";
import { createWorld, type World } from "../switch/world.ts";

/** The examined client's user name and `client.id`. */
export const EXAM_USER = "exam";

/** Another shop, whose voucher the client redeems. */
const SHOP = { id: "another-shop", name: "Another Shop" };

const SALE: ProvisionRequest = {
  id: "e0000000-0000-4000-8000-000000000001",
  time: "2026-11-21T09:30:00.000Z",
  originator: {
    institution: SHOP,
    terminalId: "SHOP0001",
    merchant: {
      merchantType: "5411",
      merchantId: "123456789012345",
      merchantName: { name: "Another Shop", city: "Cape Town", region: "WC", country: "ZA" },
    },
  },
  client: SHOP,
  receiver: { id: "1001", name: "Some Provider" },
  thirdPartyIdentifiers: [],
  amounts: { requestAmount: { amount: 5_000, currency: "710" } },
};

const CONFIRMATION: BasicAdvice & { readonly tenders: readonly [] } = {
  id: "e0000000-0000-4000-8000-000000000002",
  requestId: SALE.id,
  time: SALE.time,
  thirdPartyIdentifiers: [],
  tenders: [],
};

/** A strict switch at which one voucher was sold, so that it can be redeemed. */
export function createExamWorld(): { readonly world: World; readonly voucherCode: string } {
  const call = { method: "POST", user: SHOP.id, at: 0 };
  const empty = createWorld({ strict: true });
  const sold = handle(empty, { ...call, target: "/vouchers", body: JSON.stringify(SALE) }).world;
  const confirmation = { ...call, target: "/vouchers/confirmations", body: JSON.stringify(CONFIRMATION) };
  const { world } = handle(sold, confirmation);
  const [record] = values(world.vouchers);
  if (record === undefined) throw new TypeError("the switch sold no voucher");
  return { world, voucherCode: record.voucher.code };
}
