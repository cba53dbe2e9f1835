import { type OutgoingMessage, toHttp, type Uuid } from "@electrum-vouchers/core";
import {
  createWorld,
  deliverNextAdvice,
  handle,
  type ProviderName,
  type World,
  type WorldSettings,
} from "@electrum-vouchers/simulator";
import { isJsonObject, parseJson } from "../json.ts";
import { CLIENT, cents, receiver, requestFields } from "../messages/requests.ts";

/** What the switch knows before a test begins. */
export interface InitialWorld {
  readonly world: World;
  /** The code of the voucher that was sold already; empty if none was. */
  readonly voucherCode: string;
}

const EARLIER_SALE_ID: Uuid = "ea000000-0000-4000-8000-000000000001";
const EARLIER_CONFIRMATION_ID: Uuid = "ea000000-0000-4000-8000-000000000002";

export const emptyWorld = (settings: Partial<WorldSettings> = {}): InitialWorld => ({
  world: createWorld(settings),
  voucherCode: "",
});

/** A switch at which this provider's voucher was sold for R50.00, and the sale confirmed. */
export function worldWithVoucher(provider: ProviderName, settings: Partial<WorldSettings> = {}): InitialWorld {
  const request = {
    ...requestFields(EARLIER_SALE_ID, { receiver: receiver(provider) }),
    amounts: { requestAmount: cents(5_000) },
  };
  const at = Date.parse(request.time);
  const send = (world: World, outgoing: OutgoingMessage) => handle(world, { ...toHttp(outgoing), user: CLIENT, at });
  const issued = send(createWorld(settings), { operation: "provisionVoucher", message: request });
  const { time, thirdPartyIdentifiers } = request;
  const tenders = [{ amount: cents(5_000), tenderType: "CASH" as const }];
  const advice = { id: EARLIER_CONFIRMATION_ID, requestId: EARLIER_SALE_ID, time, thirdPartyIdentifiers, tenders };
  const { world } = send(issued.world, { operation: "confirmVoucher", message: advice });
  const body = parseJson(issued.response.body);
  const voucher = isJsonObject(body) ? body["voucher"] : undefined;
  const code = isJsonObject(voucher) ? voucher["code"] : undefined;
  if (typeof code !== "string") throw new TypeError("the switch issues a voucher with a code");
  return { world: deliverNextAdvice(world, provider, at).world, voucherCode: code };
}
