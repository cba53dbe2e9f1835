import { deliver } from "../src/switch/forward.ts";
import { handle } from "../src/switch/handle.ts";
import { transactionsWithId, type TransactionView } from "../src/switch/inspect.ts";
import { setCondition } from "../src/switch/providers.ts";
import type { Condition, ProviderName } from "../src/switch/provider-profiles.ts";
import { createWorld, type Forward, type Settings, type World } from "../src/switch/world.ts";
import { USER } from "./messages.ts";
import { type Answer, answerIn } from "./till.ts";

/** A till that meets the pure switch, with no server in between, and remembers the world. */
export interface PureTill {
  world(): World;
  change(next: (world: World) => World): void;
  /** The time of the requests that follow. */
  at(now: number): void;
  post(target: string, message: object, user?: string): Answer;
  get(target: string, user?: string): Answer;
  /** How long the last answer took. */
  delayMs(): number;
  /** The advices that the last request put into a queue. */
  forwards(): readonly Forward[];
  provider(name: ProviderName, condition: Condition): void;
  /** Whether the oldest advice that waits for the provider was delivered. */
  deliver(name: ProviderName): boolean;
  /** What the switch thinks of a request. */
  transaction(id: string): TransactionView | undefined;
}

export function pureTill(settings: Partial<Settings> = {}): PureTill {
  let world = createWorld(settings);
  let now = 0;
  let delayMs = 0;
  let forwards: readonly Forward[] = [];
  const send = (method: string, target: string, user: string, body: string): Answer => {
    const handled = handle(world, { method, target, user, body, at: now });
    world = handled.world;
    forwards = handled.forwards;
    delayMs = handled.response.delayMs ?? 0;
    return answerIn(handled.response);
  };
  return {
    world: () => world,
    change(next) {
      world = next(world);
    },
    at(moment) {
      now = moment;
    },
    post: (target, message, user = USER) => send("POST", target, user, JSON.stringify(message)),
    get: (target, user = USER) => send("GET", target, user, ""),
    delayMs: () => delayMs,
    forwards: () => forwards,
    provider(name, condition) {
      world = setCondition(world, name, condition);
    },
    deliver(name) {
      const delivery = deliver(world, name, now);
      world = delivery.world;
      return delivery.delivered;
    },
    transaction: (id) => transactionsWithId(world, id)[0],
  };
}
