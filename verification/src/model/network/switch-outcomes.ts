import { type HttpResponse, type OutgoingMessage, operations } from "@electrum-vouchers/core";
import {
  type ProviderCondition,
  createWorld,
  deliverNextAdvice,
  type ProviderName,
  setCondition,
  type World,
} from "@electrum-vouchers/simulator";
import { sellVoucher, sendToSwitch } from "@electrum-vouchers/testkit";
import type { Configuration } from "../configuration.ts";
import { everyResponse } from "./every-response.ts";
import { earlierRedemption, earlierSale, tenders } from "../fixtures.ts";
import type { SwitchOutcome } from "./switch-outcome.ts";

/** What the switch knows before a transaction begins, and the code of the voucher that it is about. */
interface InitialWorld {
  readonly world: World;
  readonly code: string;
}

/** The world with a voucher in it that can be redeemed. */
export function createWorldWithVoucher(world: World, provider: ProviderName): InitialWorld {
  const sale = { request: earlierSale(provider), confirmationId: "c0ffee00-0000-4000-8000-000000000000", tenders };
  const sold = sellVoucher(world, provider, sale, 0);
  return { code: sold.voucherCode, world: deliverAll(sold.world, provider) };
}

/** The world in which that voucher was redeemed, and the redemption confirmed. */
export function createWorldWithRedemption(empty: World, provider: ProviderName): InitialWorld {
  const { world, code } = createWorldWithVoucher(empty, provider);
  const request = earlierRedemption(provider, code);
  const { id: requestId, time, thirdPartyIdentifiers } = request;
  const message = { id: "c0ffee00-0000-4000-8000-000000000001", requestId, time, thirdPartyIdentifiers };
  const redeemed = sendToSwitch(world, { operation: "redeemVoucher", message: request }, 0);
  const confirmed = sendToSwitch(redeemed.world, { operation: "confirmRedeem", message }, 0);
  return { code, world: deliverAll(confirmed.world, provider) };
}

/** Every outcome of a message, the normal one first. */
export function findSwitchOutcomes(
  world: World,
  provider: ProviderName,
  outgoing: OutgoingMessage,
  faults: Configuration["faults"],
): readonly SwitchOutcome[] {
  const [normal, ...faultyOutcomes] = findOutcomesByClass(world, provider, outgoing);
  return faults === "every"
    ? [normal, ...faultyOutcomes, ...everyResponse(world, normal, outgoing)]
    : [normal, ...faultyOutcomes];
}

/** One response stands for all that mean the same. */
function findOutcomesByClass(
  world: World,
  provider: ProviderName,
  outgoing: OutgoingMessage,
): readonly [SwitchOutcome, ...(readonly SwitchOutcome[])] {
  const normal = findOutcomeUnder(world, provider, outgoing, { state: "up" });
  const alteredResponse: SwitchOutcome = {
    ...normal,
    fault: "its response is altered on the way",
    response: inDoubtResponse,
  };
  const unprocessed: SwitchOutcome = { fault: "it is too busy to read it", world, response: inDoubtResponse };
  if (operations[outgoing.operation].kind !== "request") return [normal, alteredResponse, unprocessed];
  const declined = findOutcomeUnder(world, provider, outgoing, { state: "declining" });
  const down = findOutcomeUnder(world, provider, outgoing, { state: "down" });
  const slow = findOutcomeUnder(world, provider, outgoing, { state: "slow", delayMs: 30_000 });
  return [
    normal,
    alteredResponse,
    unprocessed,
    { ...declined, fault: "the provider declines" },
    { ...down, fault: "the provider is down", response: inDoubtResponse },
    { ...slow, fault: "the provider responds too late", response: inDoubtResponse },
  ];
}

/** All responses that leave the outcome open mean the same, so one stands for them all. */
const inDoubtResponse: HttpResponse = { status: 500, body: "" };

function findOutcomeUnder(
  world: World,
  provider: ProviderName,
  outgoing: OutgoingMessage,
  condition: ProviderCondition,
): SwitchOutcome {
  const { world: after, response } = sendToSwitch(setCondition(world, provider, condition), outgoing, 0);
  const { status, body } = response;
  return { world: deliverAll(after, provider), response: { status, body } };
}

/**
 * The world once the switch has told the provider. Nothing that a till can see depends on when it does so. The provider's
 * condition holds for one message, and the number of messages it has received decides nothing.
 */
function deliverAll(world: World, name: ProviderName): World {
  const { world: updated, delivered } = deliverNextAdvice(setCondition(world, name, { state: "up" }), name, 0);
  if (delivered) return deliverAll(updated, name);
  return { ...updated, providers: createWorld().providers };
}

/** Worlds with the same key behave alike. A stored response is needed again only if the transaction stands. */
export const worldKey = (world: World): string =>
  JSON.stringify(world, function (this: { readonly state?: unknown }, field: string, value: unknown) {
    return field === "response" && (this.state === "unknown" || this.state === "reversed" || this.state === "blocked")
      ? undefined
      : value;
  });
