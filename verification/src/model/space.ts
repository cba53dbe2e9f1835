import { type ProviderName, providerNames, type World } from "@electrum-vouchers/simulator";
import { type Activity, keyOf } from "./till/activity.ts";
import { type Stored, storedKey } from "./till/stored.ts";
import type { Configuration } from "./configuration.ts";
import { emptyWorld, worldKey, worldWithVoucher } from "./network/electrum.ts";
import { type Ghosts, nothingYet } from "./judgement/ghosts.ts";
import { createInterner, type Interner } from "./search/intern.ts";
import { createNetworks, type Message, messageKey, type Networks } from "./network/network.ts";
import type { State } from "./search/state.ts";

/** What the parts of a configuration's states can be, each with its number. */
export interface Space {
  readonly configuration: Configuration;
  readonly provider: ProviderName;
  /** The code of the voucher that can be redeemed; none for a sale. */
  readonly code: string;
  readonly records: Interner<Stored>;
  readonly activities: Interner<Activity>;
  readonly worlds: Interner<World>;
  readonly messages: Interner<Message>;
  readonly networks: Networks;
  readonly ghosts: Interner<Ghosts>;
  readonly initial: State;
}

export function createSpace(configuration: Configuration): Space {
  const { kind, policy, remembersReversals, owners } = configuration;
  const provider = providerNames.find((name) => name === policy.provider.name);
  if (provider === undefined) throw new RangeError(`the simulator plays no provider ${policy.provider.name}`);
  const empty = emptyWorld({ single: policy.messaging === "single", remembersReversals });
  const { world, code } = kind === "redemption" ? worldWithVoucher(empty, provider) : { world: empty, code: "" };
  const worlds = createInterner(worldKey);
  const networks = createNetworks();
  const ghosts = createInterner<Ghosts>(JSON.stringify);
  return {
    configuration,
    provider,
    code,
    records: createInterner(storedKey),
    activities: createInterner(keyOf),
    worlds,
    messages: createInterner(messageKey),
    networks,
    ghosts,
    initial: {
      record: 0,
      world: worlds.idOf(world),
      network: networks.idOf([]),
      ghosts: ghosts.idOf(nothingYet),
      activities: Array.from({ length: owners }, () => 0),
    },
  };
}
