import type {
  Amounts,
  Instant,
  Institution,
  LedgerAmount,
  Product,
  ThirdPartyIdentifier,
  Voucher,
} from "@electrum-vouchers/core";
import { emptyMap, type PersistentMap } from "../persistent-map.ts";
import type { SwitchAdviceOperation, TransactionKind, SwitchOperation } from "./operations.ts";
import {
  knownProfiles,
  type ProviderCondition,
  type ProviderName,
  type SimulatedProfile,
  standardProfile,
} from "./provider-profiles.ts";
import { emptyQueue, type Queue } from "./queue.ts";

/** Everything that the switch and its providers know: plain, readonly data. The settings and the requests decide all of it. */
export interface World {
  readonly settings: WorldSettings;
  /** By kind and request id; one for each user that used the id. */
  readonly transactions: PersistentMap<readonly LedgerTransaction[]>;
  /** By code. As at Electrum, all users share the vouchers. */
  readonly vouchers: PersistentMap<VoucherRecord>;
  /** Serial number to code. */
  readonly serialNumbers: PersistentMap<string>;
  /** By name. */
  readonly providers: Readonly<Record<ProviderName, Provider>> & Readonly<Record<string, Provider>>;
  /** How many transactions were ever recorded. Numbers the next one. */
  readonly recorded: number;
  /** How many vouchers the ledger holds. */
  readonly issued: number;
  /** How many voucher codes were ever made. Numbers the next one, so that no code comes twice. */
  readonly minted: number;
}

export interface WorldSettings {
  /** Whether to take the Swagger to the letter. Else a message is read as Electrum's own stack reads it. Default `false`. */
  readonly strict: boolean;
  /** Providers besides the known ones, and other profiles for these; what a profile does not say is standard. Default none. */
  readonly providers: Readonly<Record<string, Partial<SimulatedProfile>>>;
  /** Names of fields that requests may have at their top level, besides Electrum's published ones. They are passed over. Default none. */
  readonly additionalFields: readonly string[];
  /** Makes this world's voucher codes differ from another's. Default 1. */
  readonly seed: number;
  /** Users of single messaging: their approvals are complete at once. All others use dual messaging. Default none. */
  readonly singleMessagingUsers: readonly string[];
  /** Whether a reversal that comes before its request blocks the request. Default `true`. */
  readonly remembersReversals: boolean;
  /** If a provider takes longer than this, the switch responds with 504. In milliseconds. Default 30 000. */
  readonly upstreamDeadlineMs: number;
  /** The response to a request for one transaction more is 503. Default 100,000. */
  readonly maxTransactions: number;
  /** How many events of one transaction or voucher, and of one provider, are kept; the oldest go first. 0 keeps none. Default 100. */
  readonly maxHistory: number;
}

/**
 * - `open`: approved; waits for its confirmation or reversal
 * - `completed`: approved for a user of single messaging, which owes nothing
 * - `confirmed`, `reversed`
 * - `declined`
 * - `unknown`: the provider has not responded
 * - `blocked`: nothing was approved, and a remembered reversal refuses the request if it still comes
 */
export type LedgerTransactionState =
  | "open"
  | "completed"
  | "confirmed"
  | "reversed"
  | "declined"
  | "unknown"
  | "blocked";

export interface LedgerTransaction {
  /** Its position in the order in which the switch recorded transactions. */
  readonly number: number;
  readonly kind: TransactionKind;
  readonly user: string;
  /** The `id` of the request. */
  readonly id: string;
  readonly state: LedgerTransactionState;
  readonly provider: string;
  /** The state at the provider. It lags behind while an advice is queued, and for ever if the provider does not take it. */
  readonly providerState: "notReceived" | "approved" | "declined" | "confirmed" | "reversed";
  readonly voucherCode?: string;
  readonly terminalId?: string;
  readonly receiver?: Institution;
  /** The `time` of the request. */
  readonly requestTime?: string;
  /** The response to the request. It is complete at `at`; before that, the request is still being processed. */
  readonly response?: { readonly status: number; readonly body: string; readonly at: Instant };
  readonly confirmationId?: string;
  readonly reversalId?: string;
  readonly history: readonly HistoryEvent[];
}

/** The state of a voucher: the names of Electrum's test server, and two more for what it does not name. */
export type VoucherState =
  /** Issued, its provision not confirmed. */
  | "PROVISIONED"
  | "CONFIRMED_PROVISIONED"
  | "REDEEMED"
  | "CONFIRMED_REDEEMED"
  | "REFUNDED"
  /** Its provision was reversed: void. */
  | "REVERSED";

export interface VoucherRecord {
  readonly voucher: Voucher & { readonly code: string };
  readonly state: VoucherState;
  /** The transaction that brought it into this state. */
  readonly holder: TransactionKey;
  /** The transaction that issued it. */
  readonly provision: TransactionKey;
  readonly provider: string;
  readonly value?: LedgerAmount;
  readonly amounts?: Amounts;
  readonly product?: Product;
  readonly receiver?: Institution;
  readonly settlementEntity?: Institution;
  readonly rrn?: string;
  readonly thirdPartyIdentifiers: readonly ThirdPartyIdentifier[];
  readonly history: readonly HistoryEvent[];
}

export interface TransactionKey {
  readonly kind: TransactionKind;
  readonly user: string;
  readonly id: string;
}

/** Something that happened, as a text to show. */
export interface HistoryEvent {
  readonly at: Instant;
  readonly description: string;
}

export interface Provider {
  readonly profile: SimulatedProfile;
  readonly condition: ProviderCondition;
  /** Advices that wait for delivery to the provider, in order. */
  readonly queue: Queue<Forward>;
  /** How many messages the provider ever received. */
  readonly receivedCount: number;
  /** The last messages that it received. */
  readonly receivedMessages: readonly ReceivedMessage[];
}

export interface ReceivedMessage {
  readonly at: Instant;
  readonly operation: SwitchOperation;
  /** The message's own id; a lookup has none. */
  readonly id?: string;
  /** The request that an advice is about. */
  readonly requestId?: string;
}

/** An advice that is stored, and then forwarded to a provider. */
export interface Forward {
  readonly provider: string;
  readonly operation: SwitchAdviceOperation;
  readonly id: string;
  readonly transaction: TransactionKey;
  readonly queuedAt: Instant;
  readonly attempts: number;
}

const defaultSettings: WorldSettings = {
  strict: false,
  providers: {},
  additionalFields: [],
  seed: 1,
  singleMessagingUsers: [],
  remembersReversals: true,
  upstreamDeadlineMs: 30_000,
  maxTransactions: 100_000,
  maxHistory: 100,
};

const newProvider = (profile: SimulatedProfile): Provider => ({
  profile,
  condition: { state: "up" },
  queue: emptyQueue,
  receivedCount: 0,
  receivedMessages: [],
});

/** Creates a world in which nothing has happened. */
export function createWorld(settings: Partial<WorldSettings> = {}): World {
  const { standard, Netcare, Stellr } = knownProfiles;
  return withSettings(
    {
      settings: defaultSettings,
      transactions: emptyMap,
      vouchers: emptyMap,
      serialNumbers: emptyMap,
      providers: { standard: newProvider(standard), Netcare: newProvider(Netcare), Stellr: newProvider(Stellr) },
      recorded: 0,
      issued: 0,
      minted: 0,
    },
    settings,
  );
}

/** The world with these settings; those that are not given stay. */
export function withSettings(world: World, settings: Partial<WorldSettings>): World {
  const changed = { ...world, settings: { ...world.settings, ...settings } };
  return Object.entries(settings.providers ?? {}).reduce(
    (before, [name, profile]) => setProfile(before, name, profile),
    changed,
  );
}

/** Changes what a provider takes. A name that is new makes a new provider, for the requests that name it from now on. */
export function setProfile(world: World, name: string, profile: Partial<SimulatedProfile>): World {
  const provider = findProvider(world, name) ?? newProvider(standardProfile);
  const changed: Provider = { ...provider, profile: { ...provider.profile, ...profile } };
  return { ...world, providers: { ...world.providers, [name]: changed } };
}

/** The provider of this name. A transaction's provider is always one of the world's. */
export const providerNamed = (world: World, name: string): Provider =>
  findProvider(world, name) ?? world.providers.standard;

/** Only an object's own fields count: a provider may have the name of an inherited member, such as "constructor". */
const findProvider = (world: World, name: string): Provider | undefined =>
  Object.hasOwn(world.providers, name) ? world.providers[name] : undefined;

/** The world after the switch has lost its memory and its queues. Settings, providers and the numbering of vouchers stay. */
export function clearWorld(world: World): World {
  const blank = ({ profile, condition }: Provider): Provider => ({ ...newProvider(profile), condition });
  const { standard, Netcare, Stellr, ...others } = world.providers;
  const otherBlank = Object.fromEntries(Object.entries(others).map(([name, provider]) => [name, blank(provider)]));
  return {
    ...createWorld(world.settings),
    providers: { standard: blank(standard), Netcare: blank(Netcare), Stellr: blank(Stellr), ...otherBlank },
    recorded: world.recorded,
    minted: world.minted,
  };
}
