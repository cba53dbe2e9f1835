import { type ProviderName, providerNames, type World } from "@electrum-vouchers/simulator";
import { type Activity, activityKey } from "./till/activity.ts";
import { type StoredState, storedKey } from "./till/stored.ts";
import type { Configuration } from "./configuration.ts";
import { createEmptyWorld } from "../harness/world.ts";
import { createWorldWithRedemption, createWorldWithVoucher, worldKey } from "./network/switch-outcomes.ts";
import { type History, emptyHistory } from "./properties/history.ts";
import { createInterner, type Interner } from "./search/intern.ts";
import { createNetworks, type MessageInFlight, messageKey, type Networks } from "./network/network.ts";
import type { State } from "./search/state.ts";

/** The values that the parts of a configuration's states can have, each with its number. */
export interface StateSpace {
  readonly configuration: Configuration;
  readonly provider: ProviderName;
  /** The code of the voucher that can be redeemed or refunded; none for a sale. */
  readonly code: string;
  readonly records: Interner<StoredState>;
  readonly activities: Interner<Activity>;
  readonly worlds: Interner<World>;
  readonly messages: Interner<MessageInFlight>;
  readonly networks: Networks;
  readonly histories: Interner<History>;
  readonly initial: State;
}

/** What happened before: nothing, a sale, or a sale and a redemption. */
const createInitialWorld = {
  provision: (world: World) => ({ world, code: "" }),
  redemption: createWorldWithVoucher,
  refund: createWorldWithRedemption,
} as const;

export function createStateSpace(configuration: Configuration): StateSpace {
  const { kind, policy, remembersReversals, owners } = configuration;
  const provider = providerNames.find((name) => name === policy.provider.name);
  if (provider === undefined) throw new RangeError(`the simulator plays no provider ${policy.provider.name}`);
  const empty = createEmptyWorld({ messaging: policy.messaging, remembersReversals });
  const { world, code } = createInitialWorld[kind](empty, provider);
  const worlds = createInterner(worldKey);
  const networks = createNetworks();
  const histories = createInterner<History>(JSON.stringify);
  return {
    configuration,
    provider,
    code,
    records: createInterner(storedKey),
    activities: createInterner(activityKey),
    worlds,
    messages: createInterner(messageKey),
    networks,
    histories,
    initial: {
      record: 0,
      world: worlds.idOf(world),
      network: networks.idOf([]),
      history: histories.idOf(emptyHistory),
      activities: Array.from({ length: owners }, () => 0),
    },
  };
}
