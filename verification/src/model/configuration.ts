import {
  netcare,
  standardProvider,
  type Policy,
  type ProviderProfile,
  parsePolicy,
  stellr,
} from "@electrum-vouchers/core";

/** One space of states: a till's policy, and how much the world around it may do. */
export interface Configuration {
  readonly kind: "provision" | "redemption";
  readonly policy: Policy;
  /** Whether the switch remembers a reversal that came before its request. */
  readonly remembersReversals: boolean;
  /** Whether a request may arrive after its deadline; otherwise it arrives before, or never. */
  readonly mayArriveLate: boolean;
  /** Whether something between till and switch may repeat a request by itself. */
  readonly mayRepeat: boolean;
  /**
   * `classes`: one answer, one silence and one death for all that mean the same · `every`: each answer that Electrum's documents
   * name, and worse, each silence, and each failure of the outbox.
   */
  readonly faults: "classes" | "every";
  /** How many activities of tills may be under way at once, of one process or of several that share an outbox. */
  readonly owners: number;
}

const defaults: Omit<Configuration, "kind" | "policy"> = {
  remembersReversals: true,
  mayArriveLate: false,
  mayRepeat: false,
  faults: "classes",
  owners: 1,
};

/**
 * The shortest times that leave room for all that can be between them: a retry is sent while the attempt before may still be
 * under way, and before and after each moment there is another.
 */
const pause = { initialMs: 1, multiplier: 1, maxMs: 1 };
const times = { replyDeadlineMs: 2, retryBackoff: pause, lookupBackoff: pause } as const;

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

/** Each choice of the one list with each of the other. */
const combine = <Left extends object, Right extends object>(
  left: readonly Left[],
  right: readonly Right[],
): readonly (Left & Right)[] => left.flatMap((one) => right.map((other) => ({ ...one, ...other })));

const messagings = (["dual", "single"] as const).map((messaging) => ({ messaging }));

/** Single messaging leaves nothing to decide. */
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
    ]),
  ),
);

/** Something on the way repeats requests by itself. */
const repeatedRequests: readonly Configuration[] = networks.flatMap((network) => {
  const world = { ...network, mayRepeat: true };
  return messagings.flatMap((choices) => [
    ...[0, 1].map((count) => sale({ ...choices, retries: count }, world)),
    redemption({ ...choices, lookupRetries: 0 }, world),
  ]);
});

/** Two processes, or two activities of one: each may be overtaken by the other at any point. */
const twoOwners: readonly Configuration[] = networks.flatMap((network) => {
  const world = { ...network, owners: 2 };
  return [
    ...providers.map((provider) => sale({ provider, retries: 0, decisionDeadlineMs: 1 }, world)),
    ...messagings.map((choices) => sale({ ...choices, retries: 1 }, world)),
    ...messagings.map((choices) => redemption({ ...choices, lookupRetries: 0, decisionDeadlineMs: 1 }, world)),
  ];
});

/** Every answer that Electrum's documents name, and answers that they do not; every silence, and a failing outbox. */
const everyFault: readonly Configuration[] = messagings.flatMap((choices) =>
  providers.flatMap((provider) => [
    sale({ ...choices, provider, retries: 1 }, { faults: "every" }),
    redemption({ ...choices, provider, lookupRetries: 1 }, { faults: "every" }),
  ]),
);

/** A customer waits so long, and no longer. */
const customerTimeouts: readonly Configuration[] = [1, 2, 3, 4].flatMap((customerWaitMs) => [
  sale({ customerWaitMs, retries: 3 }),
  redemption({ customerWaitMs, lookupRetries: 2 }),
]);

/** Both at once: a repeat may be answered by whoever repeats it. */
const repeatedAndAnswered: readonly Configuration[] = messagings.map((choices) =>
  sale({ ...choices, retries: 0 }, { mayRepeat: true, faults: "every" }),
);

/** The largest first, so that threads that share them end together. */
export const everyConfiguration: readonly Configuration[] = [
  ...twoOwners,
  ...repeatedAndAnswered,
  ...everyFault,
  ...repeatedRequests,
  ...customerTimeouts,
  ...everyPolicy,
];

/** What a configuration is, in words. */
export function configurationName({ kind, policy: rules, ...world }: Configuration): string {
  const { messaging, provider, retries: count, lookupRetries: lookups, decisionDeadlineMs, customerWaitMs } = rules;
  return [
    kind,
    messaging,
    provider.name,
    kind === "provision" ? `${count} retries` : `${lookups} lookup repeats`,
    ...(decisionDeadlineMs === undefined ? [] : ["decision deadline"]),
    ...(customerWaitMs === undefined ? [] : [`customer waits ${customerWaitMs} ms`]),
    ...(world.remembersReversals ? [] : ["forgets early reversals"]),
    ...(world.mayArriveLate ? ["late requests"] : []),
    ...(world.mayRepeat ? ["repeated requests"] : []),
    ...(world.faults === "every" ? ["every fault"] : []),
    ...(world.owners > 1 ? [`${world.owners} owners`] : []),
  ].join(", ");
}
