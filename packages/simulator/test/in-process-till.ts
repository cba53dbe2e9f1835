import { deliverNextAdvice } from "../src/switch/forward.ts";
import { handle } from "../src/switch/handle.ts";
import { transactionsWithId, type LedgerTransactionView } from "../src/switch/inspect.ts";
import { setCondition } from "../src/switch/providers.ts";
import type { ProviderCondition, ProviderName } from "../src/switch/provider-profiles.ts";
import { createWorld, type Forward, type WorldSettings, type World } from "../src/switch/world.ts";
import { USER } from "./messages.ts";
import { checkExchange } from "./exchange-check.ts";
import { type TestResponse, fromSwitchResponse } from "./http-till.ts";

/** A till that calls the pure switch, without a server, and keeps the world. It checks each exchange against the OpenAPI document. */
export interface InProcessTill {
  world(): World;
  changeWorld(next: (world: World) => World): void;
  /** Sets the time of later requests. */
  setTime(now: number): void;
  post(target: string, message: object, user?: string): TestResponse;
  get(target: string, user?: string): TestResponse;
  /** How long the last response took. */
  delayMs(): number;
  /** The advices that the last request queued. */
  forwards(): readonly Forward[];
  setProvider(name: ProviderName, condition: ProviderCondition): void;
  /** Tries to deliver the oldest advice of a provider, and returns whether it was delivered. */
  deliverNext(name: ProviderName): boolean;
  /** The switch's record of a request. */
  transaction(id: string): LedgerTransactionView | undefined;
}

export function createInProcessTill(settings: Partial<WorldSettings> = {}): InProcessTill {
  let world = createWorld(settings);
  let now = 0;
  let delayMs = 0;
  let forwards: readonly Forward[] = [];
  const send = (method: string, target: string, user: string, body: string): TestResponse => {
    const handled = handle(world, { method, target, user, body, at: now });
    world = handled.world;
    forwards = handled.forwards;
    delayMs = handled.response.delayMs ?? 0;
    const { status, contentType, body: response } = handled.response;
    const exchange = { method, path: `/suv/v1${target}`, request: body, status, response };
    checkExchange(contentType === undefined ? exchange : { ...exchange, contentType }, world.settings);
    return fromSwitchResponse(handled.response);
  };
  return {
    world: () => world,
    changeWorld(next) {
      world = next(world);
    },
    setTime(moment) {
      now = moment;
    },
    post: (target, message, user = USER) => send("POST", target, user, JSON.stringify(message)),
    get: (target, user = USER) => send("GET", target, user, ""),
    delayMs: () => delayMs,
    forwards: () => forwards,
    setProvider(name, condition) {
      world = setCondition(world, name, condition);
    },
    deliverNext(name) {
      const delivery = deliverNextAdvice(world, name, now);
      world = delivery.world;
      return delivery.delivered;
    },
    transaction: (id) => transactionsWithId(world, id)[0],
  };
}
