import { isJsonObject, type Outgoing, parseJson, toHttp } from "@electrum-vouchers/core";
import {
  allProviders,
  type Condition,
  createWorld,
  deliver,
  handle,
  type ProviderName,
  providerNames,
  setCondition,
  type SwitchResponse,
  type World,
} from "@electrum-vouchers/simulator";
import { opensAt, provisionRequest, tenders } from "../simulation/messages.ts";
import { USER } from "../shop.ts";
import type { Effect, Given } from "./given.ts";
import type { Time } from "./time.ts";

/** Electrum's switch, and the providers behind it. */
export interface Switch {
  /** A message has arrived. */
  process(outgoing: Outgoing, effect: Effect | undefined): SwitchResponse;
  setProvider(condition: Condition): void;
  /** Every provider works from now on. */
  calm(): void;
  readonly world: () => World;
  /** Whether every provider has heard of every advice. */
  readonly isAtRest: () => boolean;
  /** The voucher that the customer brings; empty where they bring none. */
  readonly voucherCode: string;
}

const TRANSIT_MS = 20;

/** How long the switch leaves a provider alone that did not answer. */
const REPEAT_MS = 5_000;

export function createSwitch(time: Time, { policy, provider = "ordinary", voucher }: Given): Switch {
  const empty = createWorld({ singleMessagingUsers: policy?.messaging === "single" ? [USER] : [], maxHistory: 0 });
  const earlier = voucher === true ? sellEarlier(empty, provider) : { world: empty, voucherCode: "" };
  let { world } = earlier;

  /** Tells the provider of one advice, the oldest. */
  async function forwardTo(name: ProviderName): Promise<void> {
    for (let isDelivered = false; !isDelivered; ) {
      await time.sleep(TRANSIT_MS);
      const delivery = deliver(world, name, time.now());
      ({ world, delivered: isDelivered } = delivery);
      if (!isDelivered) await time.sleep(REPEAT_MS);
    }
  }

  return {
    voucherCode: earlier.voucherCode,
    world: () => world,
    isAtRest: () => allProviders(world, 0).every(({ queued }) => queued === 0),
    setProvider: (condition) => {
      world = setCondition(world, provider, condition);
    },
    calm: () => {
      for (const name of providerNames) world = setCondition(world, name, { state: "up" });
    },
    process: (outgoing, effect) => {
      if (effect?.type === "error" && !effect.isProcessed) return errorOf(effect);
      const handled = handle(world, { ...toHttp(outgoing), user: USER, at: time.now() });
      ({ world } = handled);
      for (const forward of handled.forwards) void forwardTo(forward.provider);
      if (effect?.type === "error") return errorOf(effect);
      return effect?.type === "emptyBody" ? { ...handled.response, body: "" } : handled.response;
    },
  };
}

const errorOf = ({ status, errorType }: Extract<Effect, { type: "error" }>): SwitchResponse => ({
  status,
  body: JSON.stringify({ errorType, errorMessage: "It was made to fail." }),
});

const EARLIER_ID = "ea000000-0000-4000-8000-000000000001";
const EARLIER_CONFIRMATION_ID = "ea000000-0000-4000-8000-000000000002";

/** A world in which a voucher was sold before anything begins. */
function sellEarlier(empty: World, provider: ProviderName): { readonly world: World; readonly voucherCode: string } {
  const ask = (world: World, outgoing: Outgoing) => handle(world, { ...toHttp(outgoing), user: USER, at: opensAt });
  const request = provisionRequest(EARLIER_ID, provider);
  const issued = ask(empty, { operation: "provisionVoucher", message: request });
  const { time, thirdPartyIdentifiers } = request;
  const advice = { id: EARLIER_CONFIRMATION_ID, requestId: EARLIER_ID, time, thirdPartyIdentifiers, tenders };
  const { world } = ask(issued.world, { operation: "confirmVoucher", message: advice });
  const body = parseJson(issued.response.body);
  const voucher = isJsonObject(body) ? body["voucher"] : undefined;
  const code = isJsonObject(voucher) ? voucher["code"] : undefined;
  if (typeof code !== "string") throw new TypeError("the switch issues a voucher with a code");
  return { world: deliver(world, provider, opensAt).world, voucherCode: code };
}
