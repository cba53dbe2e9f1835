import {
  type Instant,
  type OutgoingMessage,
  type Policy,
  type ProvisionRequest,
  type Tender,
  toHttp,
} from "@electrum-vouchers/core";
import {
  createWorld,
  deliverNextAdvice,
  handle,
  type HandleResult,
  type ProviderName,
  type World,
} from "@electrum-vouchers/simulator";
import { isJsonObject, parseJson } from "@electrum-vouchers/testkit";
import { USER } from "../request-fields.ts";

export interface WorldOptions {
  readonly messaging: Policy["messaging"];
  /** Whether the switch remembers a reversal that came before its request. Default: it does. */
  readonly remembersReversals?: boolean;
}

/** The world of one shop, in which nothing has happened yet. */
export const createEmptyWorld = ({ messaging, remembersReversals = true }: WorldOptions): World =>
  createWorld({
    singleMessagingUsers: messaging === "single" ? [USER] : [],
    remembersReversals,
    // The history is only for display. Without it the world is no larger than what the switch decides by.
    maxHistory: 0,
  });

/** The shop's message reaches the switch. */
export const sendToSwitch = (
  world: World,
  outgoing: OutgoingMessage,
  at: Instant,
  emulateTestServer = false,
): HandleResult => handle(world, { ...toHttp(outgoing), user: USER, at, emulateTestServer });

/** A sale, and its confirmation. */
export interface ConfirmedSale {
  readonly request: ProvisionRequest;
  readonly confirmationId: string;
  readonly tenders: readonly Tender[];
}

export const confirmationOf = ({ request, confirmationId, tenders }: ConfirmedSale): OutgoingMessage => {
  const { id: requestId, time, thirdPartyIdentifiers } = request;
  return {
    operation: "confirmVoucher",
    message: { id: confirmationId, requestId, time, thirdPartyIdentifiers, tenders },
  };
};

/** The world in which this voucher was sold before anything begins, and the voucher's code. */
export function sellVoucher(
  world: World,
  provider: ProviderName,
  sale: ConfirmedSale,
  at: Instant,
): { readonly world: World; readonly code: string } {
  const issued = sendToSwitch(world, { operation: "provisionVoucher", message: sale.request }, at);
  const confirmed = sendToSwitch(issued.world, confirmationOf(sale), at);
  return { world: deliverNextAdvice(confirmed.world, provider, at).world, code: voucherCodeIn(issued.response.body) };
}

/** The code of the voucher that a response brings. */
export function voucherCodeIn(body: string): string {
  const response = parseJson(body);
  const voucher = isJsonObject(response) ? response["voucher"] : undefined;
  const code = isJsonObject(voucher) ? voucher["code"] : undefined;
  if (typeof code !== "string") throw new TypeError("the switch issues a voucher with a code");
  return code;
}
