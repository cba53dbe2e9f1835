import {
  type Instant,
  type OutgoingMessage,
  type ProvisionRequest,
  type Tender,
  toHttp,
  type Uuid,
} from "@electrum-vouchers/core";
import {
  createWorld,
  deliverNextAdvice,
  handle,
  type HandleResult,
  type ProviderName,
  type World,
  type WorldSettings,
} from "@electrum-vouchers/simulator";
import { isJsonObject, parseJson } from "../json.ts";
import { CLIENT, cents, receiver, redemptionRequest, requestFields } from "../messages/requests.ts";

/** What the switch knows before a test begins. */
export interface InitialWorld {
  readonly world: World;
  /** The code of the voucher that was sold already; empty if none was. */
  readonly voucherCode: string;
}

/** A sale, and its confirmation. */
export interface ConfirmedSale {
  readonly request: ProvisionRequest;
  readonly confirmationId: Uuid;
  readonly tenders: readonly Tender[];
}

/** The switch receives a message of the sample client. */
export const sendToSwitch = (
  world: World,
  outgoing: OutgoingMessage,
  at: Instant,
  emulateTestServer = false,
): HandleResult => handle(world, { ...toHttp(outgoing), user: CLIENT, at, emulateTestServer });

export const confirmationOf = ({ request, confirmationId, tenders }: ConfirmedSale): OutgoingMessage => {
  const { id: requestId, time, thirdPartyIdentifiers } = request;
  return {
    operation: "confirmVoucher",
    message: { id: confirmationId, requestId, time, thirdPartyIdentifiers, tenders },
  };
};

/** The code of the voucher in the body of a response. Throws if there is none. */
export function voucherCodeIn(body: string): string {
  const response = parseJson(body);
  const voucher = isJsonObject(response) ? response["voucher"] : undefined;
  const code = isJsonObject(voucher) ? voucher["code"] : undefined;
  if (typeof code !== "string") throw new TypeError("the response brings no voucher with a code");
  return code;
}

/** The world after this sale: confirmed at the switch and at the provider. */
export function sellVoucher(world: World, provider: ProviderName, sale: ConfirmedSale, at: Instant): InitialWorld {
  const issued = sendToSwitch(world, { operation: "provisionVoucher", message: sale.request }, at);
  const confirmed = sendToSwitch(issued.world, confirmationOf(sale), at);
  return {
    world: deliverNextAdvice(confirmed.world, provider, at).world,
    voucherCode: voucherCodeIn(issued.response.body),
  };
}

/** A switch that takes the Swagger to the letter, as what a till sends must. */
const createStrictWorld = (settings: Partial<WorldSettings>): World => createWorld({ strict: true, ...settings });

export const emptyWorld = (settings: Partial<WorldSettings> = {}): InitialWorld => ({
  world: createStrictWorld(settings),
  voucherCode: "",
});

/** A switch at which this provider's voucher was sold for R50.00, and the sale confirmed. */
export function worldWithVoucher(provider: ProviderName, settings: Partial<WorldSettings> = {}): InitialWorld {
  const request: ProvisionRequest = {
    ...requestFields("ea000000-0000-4000-8000-000000000001", { receiver: receiver(provider) }),
    amounts: { requestAmount: cents(5_000) },
  };
  const sale: ConfirmedSale = {
    request,
    confirmationId: "ea000000-0000-4000-8000-000000000002",
    tenders: [{ amount: cents(5_000), tenderType: "CASH" }],
  };
  return sellVoucher(createStrictWorld(settings), provider, sale, Date.parse(request.time));
}

/** As {@link worldWithVoucher}, and R25.00 of the voucher were redeemed, which was confirmed. */
export function worldWithRedemption(provider: ProviderName, settings: Partial<WorldSettings> = {}): InitialWorld {
  const { world, voucherCode } = worldWithVoucher(provider, settings);
  const request = redemptionRequest("ea000000-0000-4000-8000-000000000003", voucherCode, {
    amounts: { requestAmount: cents(2_500) },
  });
  const { id: requestId, time, thirdPartyIdentifiers } = request;
  const at = Date.parse(time);
  const redeemed = sendToSwitch(world, { operation: "redeemVoucher", message: request }, at);
  const message = { id: "ea000000-0000-4000-8000-000000000004", requestId, time, thirdPartyIdentifiers };
  const confirmed = sendToSwitch(redeemed.world, { operation: "confirmRedeem", message }, at);
  return { world: deliverNextAdvice(confirmed.world, provider, at).world, voucherCode };
}
