import {
  netcare,
  standardProvider,
  type Policy,
  type ProviderProfile,
  parsePolicy,
  stellr,
} from "@electrum-vouchers/core";

/** One state space: a till's policy, and what the world around the till may do. */
export interface Configuration {
  readonly kind: "provision" | "redemption" | "refund";
  readonly policy: Policy;
  /** Whether the switch remembers a reversal that came before its request. */
  readonly remembersReversals: boolean;
  /** Whether a request may arrive after its deadline. Otherwise it arrives before the deadline, or never. */
  readonly mayArriveLate: boolean;
  /** Whether something between till and switch may repeat a request by itself. */
  readonly mayRepeat: boolean;
  /**
   * `classes`: one response, one missing response and one crash stand for all that mean the same · `every`: each response that
   * Electrum's documents name and some that they do not, each cause of no response, and each failure of the outbox.
   */
  readonly faults: "classes" | "every";
  /** Whether the caller is handed what there is, and says that it was printed. It makes many more states, and changes few. */
  readonly handsOver: boolean;
  /** How many activities may be under way at once, of one process or of several that share an outbox. */
  readonly owners: number;
}

const defaults: Omit<Configuration, "kind" | "policy"> = {
  remembersReversals: true,
  mayArriveLate: false,
  mayRepeat: false,
  faults: "classes",
  handsOver: false,
  owners: 1,
};

/**
 * The shortest times between which everything can still happen: a retry is sent while the attempt before may still be under way,
 * and before and after each moment there is another moment.
 */
const pause = { initialMs: 1, multiplier: 1, maxMs: 1 };
const times = { replyDeadlineMs: 2, retryBackoff: pause, lookupBackoff: pause, lookupExpiryMs: 1 } as const;

const providers: readonly ProviderProfile[] = [standardProvider, netcare, stellr];
const retries = [0, 1, 2, 3];
const lookupRetries = [0, 1, 2];

const shortPolicy = (choices: Partial<Policy>): Policy => parsePolicy({ ...times, ...choices })._unsafeUnwrap();

export const sale = (choices: Partial<Policy>, world: Partial<Configuration> = {}): Configuration => ({
  ...defaults,
  kind: "provision",
  policy: shortPolicy(choices),
  ...world,
});

export const redemption = (choices: Partial<Policy>, world: Partial<Configuration> = {}): Configuration => ({
  ...sale(choices, world),
  kind: "redemption",
});

export const refundCase = (choices: Partial<Policy>, world: Partial<Configuration> = {}): Configuration => ({
  ...sale(choices, world),
  kind: "refund",
});

/** Each item of one list with each item of the other. */
const combine = <Left extends object, Right extends object>(
  left: readonly Left[],
  right: readonly Right[],
): readonly (Left & Right)[] => left.flatMap((one) => right.map((other) => ({ ...one, ...other })));

const messagings = (["dual", "single"] as const).map((messaging) => ({ messaging }));

/** In single messaging there is no decision. */
const decisions: readonly Partial<Policy>[] = [...messagings, { messaging: "dual", decisionDeadlineMs: 1 }];

const networks = combine(
  [true, false].map((remembersReversals) => ({ remembersReversals })),
  [false, true].map((mayArriveLate) => ({ mayArriveLate })),
);

/** Every policy, under every network, for a switch that remembers an early reversal and one that does not. */
const everyPolicy: readonly Configuration[] = networks.flatMap((world) =>
  decisions.flatMap((choices) =>
    providers.flatMap((provider) => [
      ...retries.map((count) => sale({ ...choices, provider, retries: count }, world)),
      ...lookupRetries.map((count) => redemption({ ...choices, provider, lookupRetries: count }, world)),
      refundCase({ ...choices, provider }, world),
    ]),
  ),
);

/** Something between till and switch repeats requests by itself. */
const repeatedRequests: readonly Configuration[] = networks.flatMap((network) => {
  const world = { ...network, mayRepeat: true };
  return messagings.flatMap((choices) => [
    ...[0, 1].map((count) => sale({ ...choices, retries: count }, world)),
    redemption({ ...choices, lookupRetries: 0 }, world),
    refundCase(choices, world),
  ]);
});

/** Two processes, or two activities of one process. At any point, either may commit before the other. */
const twoOwners: readonly Configuration[] = networks.flatMap((network) => {
  const world = { ...network, owners: 2 };
  return [
    ...providers.map((provider) => sale({ provider, retries: 0, decisionDeadlineMs: 1 }, world)),
    ...messagings.map((choices) => sale({ ...choices, retries: 1 }, world)),
    ...messagings.map((choices) => redemption({ ...choices, lookupRetries: 0, decisionDeadlineMs: 1 }, world)),
    ...messagings.map((choices) => refundCase({ ...choices, decisionDeadlineMs: 1 }, world)),
  ];
});

/** Every response that Electrum's documents name and some that they do not, every cause of no response, and a failing outbox. */
const everyFault: readonly Configuration[] = messagings.flatMap((choices) =>
  providers.flatMap((provider) => [
    sale({ ...choices, provider, retries: 1 }, { faults: "every" }),
    redemption({ ...choices, provider, lookupRetries: 1 }, { faults: "every" }),
    refundCase({ ...choices, provider }, { faults: "every" }),
  ]),
);

/** A customer waits only this long. */
const customerTimeouts: readonly Configuration[] = [1, 2, 3, 4].flatMap((customerWaitMs) => [
  sale({ customerWaitMs, retries: 3 }),
  redemption({ customerWaitMs, lookupRetries: 2 }),
  refundCase({ customerWaitMs }),
]);

/** Both at once: what repeats a request may also answer the repeat. */
const repeatedAndAnswered: readonly Configuration[] = messagings.map((choices) =>
  sale({ ...choices, retries: 0 }, { mayRepeat: true, faults: "every" }),
);

/** Vouchers are handed over, with the confirmation or later, as copies, and to tills that say when they have printed. */
const handingOver: readonly Configuration[] = messagings.flatMap((choices) => [
  ...[false, true].flatMap((tracksPrinting) =>
    [standardProvider, stellr].map((provider) =>
      sale({ ...choices, provider, tracksPrinting, retries: 1 }, { handsOver: true }),
    ),
  ),
  sale({ ...choices, tracksPrinting: true, retries: 0 }, { handsOver: true, owners: 2 }),
  sale({ ...choices, tracksPrinting: true, retries: 0 }, { handsOver: true, faults: "every" }),
  redemption({ ...choices, lookupRetries: 0 }, { handsOver: true }),
]);

/** The largest come first, so that the threads end at about the same time. */
export const everyConfiguration: readonly Configuration[] = [
  ...twoOwners,
  ...handingOver,
  ...repeatedAndAnswered,
  ...everyFault,
  ...repeatedRequests,
  ...customerTimeouts,
  ...everyPolicy,
];

/** How often a request is repeated. A refund is sent once. */
const attempts: Readonly<Record<Configuration["kind"], (retries: number, lookups: number) => readonly string[]>> = {
  provision: (count) => [`${count} retries`],
  redemption: (_, lookups) => [`${lookups} lookup repeats`],
  refund: () => [],
};

/** Describes a configuration. */
export function configurationName({ kind, policy: rules, ...world }: Configuration): string {
  const { messaging, provider, retries: count, lookupRetries: lookups, decisionDeadlineMs, customerWaitMs } = rules;
  return [
    kind,
    messaging,
    provider.name,
    ...attempts[kind](count, lookups),
    ...(decisionDeadlineMs === undefined ? [] : ["decision deadline"]),
    ...(customerWaitMs === undefined ? [] : [`customer waits ${customerWaitMs} ms`]),
    ...(world.remembersReversals ? [] : ["forgets early reversals"]),
    ...(world.mayArriveLate ? ["late requests"] : []),
    ...(world.mayRepeat ? ["repeated requests"] : []),
    ...(world.faults === "every" ? ["every fault"] : []),
    ...(world.handsOver ? ["hands over"] : []),
    ...(rules.tracksPrinting ? ["tracks printing"] : []),
    ...(world.owners > 1 ? [`${world.owners} owners`] : []),
  ].join(", ");
}
