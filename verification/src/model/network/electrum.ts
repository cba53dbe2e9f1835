import { type Answer, isJsonObject, type Outgoing, operations, parseJson, toHttp } from "@electrum-vouchers/core";
import {
  type Condition,
  createWorld,
  deliver,
  type Handled,
  handle,
  type ProviderName,
  setCondition,
  type World,
} from "@electrum-vouchers/simulator";
import type { Configuration } from "../configuration.ts";
import { everyAnswer } from "./every-answer.ts";
import { earlierSale, tenders } from "../fixtures.ts";
import { USER } from "../../shop.ts";
import type { Handling } from "./handling.ts";

/** The one user's world, in which nothing has happened yet. */
export function emptyWorld(settings: { readonly single: boolean; readonly remembersReversals: boolean }): World {
  return createWorld({
    singleMessagingUsers: settings.single ? [USER] : [],
    remembersReversals: settings.remembersReversals,
    // What happened is for people; without it the world is no larger than what the switch decides by.
    maxHistory: 0,
  });
}

/** The world with a voucher in it that can be redeemed, and the voucher's code. */
export function worldWithVoucher(
  world: World,
  provider: ProviderName,
): { readonly world: World; readonly code: string } {
  const sale = earlierSale(provider);
  const issued = ask(world, { operation: "provisionVoucher", message: sale });
  const { id: requestId, time, thirdPartyIdentifiers } = sale;
  const confirmed = ask(issued.world, {
    operation: "confirmVoucher",
    message: { id: "c0ffee00-0000-4000-8000-000000000000", requestId, time, thirdPartyIdentifiers, tenders },
  });
  const body = parseJson(issued.response.body);
  const voucher = isJsonObject(body) ? body["voucher"] : undefined;
  const code = isJsonObject(voucher) ? voucher["code"] : undefined;
  if (typeof code !== "string") throw new TypeError("the switch issues a voucher with a code");
  return { world: settled(confirmed.world, provider), code };
}

/** Everything that may become of a message, the ordinary first. */
export function handlingsOf(
  world: World,
  provider: ProviderName,
  outgoing: Outgoing,
  troubles: Configuration["troubles"],
): readonly Handling[] {
  const [ordinary, ...faults] = handlingsByClass(world, provider, outgoing);
  return troubles === "every"
    ? [ordinary, ...faults, ...everyAnswer(world, ordinary, outgoing)]
    : [ordinary, ...faults];
}

/** One answer stands for all that mean the same. */
function handlingsByClass(
  world: World,
  provider: ProviderName,
  outgoing: Outgoing,
): readonly [Handling, ...(readonly Handling[])] {
  const ordinary = handlingUnder(world, provider, outgoing, { state: "up" });
  const spoilt: Handling = { ...ordinary, fault: "its answer is spoilt on the way", answer: openAnswer };
  const unread: Handling = { fault: "it is too busy to read it", world, answer: openAnswer };
  if (operations[outgoing.operation].kind !== "request") return [ordinary, spoilt, unread];
  const declined = handlingUnder(world, provider, outgoing, { state: "declining" });
  const down = handlingUnder(world, provider, outgoing, { state: "down" });
  const slow = handlingUnder(world, provider, outgoing, { state: "slow", delayMs: 30_000 });
  return [
    ordinary,
    spoilt,
    unread,
    { ...declined, fault: "the provider declines" },
    { ...down, fault: "the provider is down", answer: openAnswer },
    { ...slow, fault: "the provider answers too late", answer: openAnswer },
  ];
}

/** Which of the answers that leave the outcome open it is changes nothing, so one stands for them all. */
const openAnswer: Answer = { status: 500, body: "" };

function handlingUnder(world: World, provider: ProviderName, outgoing: Outgoing, condition: Condition): Handling {
  const { world: after, response } = ask(setCondition(world, provider, condition), outgoing);
  const { status, body } = response;
  return { world: settled(after, provider), answer: { status, body } };
}

const ask = (world: World, outgoing: Outgoing): Handled => handle(world, { ...toHttp(outgoing), user: USER, at: 0 });

/**
 * The world once the switch has told the provider: nothing that a till can see depends on when it does. The provider's
 * condition is for one message, and how many it has received decides nothing.
 */
function settled(world: World, name: ProviderName): World {
  const { world: told, delivered } = deliver(setCondition(world, name, { state: "up" }), name, 0);
  if (delivered) return settled(told, name);
  return { ...told, providers: createWorld().providers };
}

/** Worlds with the same key go on alike: what was answered is asked for again only where the transaction stands. */
export const worldKey = (world: World): string =>
  JSON.stringify(world, function (this: { readonly state?: unknown }, field: string, value: unknown) {
    return field === "answer" && (this.state === "unknown" || this.state === "reversed" || this.state === "barred")
      ? undefined
      : value;
  });
