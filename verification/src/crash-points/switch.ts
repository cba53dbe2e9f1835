import { type OutgoingMessage, toHttp } from "@electrum-vouchers/core";
import { isJsonObject, parseJson } from "@electrum-vouchers/testkit";
import {
  allProviders,
  type ProviderCondition,
  createWorld,
  deliverNextAdvice,
  handle,
  type ProviderName,
  providerNames,
  setCondition,
  type SwitchResponse,
  type World,
} from "@electrum-vouchers/simulator";
import { runStartsAt, provisionRequest, tenders } from "../simulation/messages.ts";
import { USER } from "../request-fields.ts";
import type { SwitchFault, FlowConditions } from "./flow-conditions.ts";
import type { PausableClock } from "./pausable-clock.ts";

/** Electrum's switch, and the providers behind it. */
export interface Switch {
  /** A message has arrived. */
  receive(outgoing: OutgoingMessage, fault: SwitchFault | undefined): SwitchResponse;
  setProvider(condition: ProviderCondition): void;
  /** Every provider works from now on. */
  heal(): void;
  readonly world: () => World;
  /** Whether every provider has heard of every advice. */
  readonly isQuiescent: () => boolean;
  /** The voucher that the customer brings; empty where they bring none. */
  readonly voucherCode: string;
}

const TRANSIT_MS = 20;

/** How long the switch leaves a provider alone that did not answer. */
const RETRY_INTERVAL_MS = 5_000;

export function createSwitch(
  clock: PausableClock,
  { policy, provider = "standard", hasVoucher }: FlowConditions,
): Switch {
  const empty = createWorld({ singleMessagingUsers: policy?.messaging === "single" ? [USER] : [], maxHistory: 0 });
  const initial = hasVoucher === true ? createWorldWithVoucher(empty, provider) : { world: empty, voucherCode: "" };
  let { world } = initial;

  /** Tells the provider of one advice, the oldest. */
  async function forwardTo(name: ProviderName): Promise<void> {
    for (let isDelivered = false; !isDelivered; ) {
      await clock.sleep(TRANSIT_MS);
      const delivery = deliverNextAdvice(world, name, clock.now());
      ({ world, delivered: isDelivered } = delivery);
      if (!isDelivered) await clock.sleep(RETRY_INTERVAL_MS);
    }
  }

  return {
    voucherCode: initial.voucherCode,
    world: () => world,
    isQuiescent: () => allProviders(world, 0).every(({ queued }) => queued === 0),
    setProvider: (condition) => {
      world = setCondition(world, provider, condition);
    },
    heal: () => {
      for (const name of providerNames) world = setCondition(world, name, { state: "up" });
    },
    receive: (outgoing, fault) => {
      if (fault?.type === "error" && !fault.isProcessed) return toErrorResponse(fault);
      const handled = handle(world, { ...toHttp(outgoing), user: USER, at: clock.now() });
      ({ world } = handled);
      for (const forward of handled.forwards) void forwardTo(forward.provider);
      if (fault?.type === "error") return toErrorResponse(fault);
      return fault?.type === "emptyBody" ? { ...handled.response, body: "" } : handled.response;
    },
  };
}

const toErrorResponse = ({ status, errorType }: Extract<SwitchFault, { type: "error" }>): SwitchResponse => ({
  status,
  body: JSON.stringify({ errorType, errorMessage: "It was made to fail." }),
});

const EARLIER_SALE_ID = "ea000000-0000-4000-8000-000000000001";
const EARLIER_CONFIRMATION_ID = "ea000000-0000-4000-8000-000000000002";

/** A world in which a voucher was sold before anything begins. */
function createWorldWithVoucher(
  empty: World,
  provider: ProviderName,
): { readonly world: World; readonly voucherCode: string } {
  const send = (world: World, outgoing: OutgoingMessage) =>
    handle(world, { ...toHttp(outgoing), user: USER, at: runStartsAt });
  const request = provisionRequest(EARLIER_SALE_ID, provider);
  const issued = send(empty, { operation: "provisionVoucher", message: request });
  const { time, thirdPartyIdentifiers } = request;
  const advice = { id: EARLIER_CONFIRMATION_ID, requestId: EARLIER_SALE_ID, time, thirdPartyIdentifiers, tenders };
  const { world } = send(issued.world, { operation: "confirmVoucher", message: advice });
  const body = parseJson(issued.response.body);
  const voucher = isJsonObject(body) ? body["voucher"] : undefined;
  const code = isJsonObject(voucher) ? voucher["code"] : undefined;
  if (typeof code !== "string") throw new TypeError("the switch issues a voucher with a code");
  return { world: deliverNextAdvice(world, provider, runStartsAt).world, voucherCode: code };
}
