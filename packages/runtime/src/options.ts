import {
  type Backoff,
  type CardNumbersInText,
  checkPolicy,
  type Digester,
  type MessageFault,
  type Policy,
  type Uuid,
} from "@electrum-vouchers/core";
import {
  type Electrum,
  findOptionFaults,
  functionOption,
  isolateErrors,
  listOption,
  numberFrom,
  objectOf,
  oneOfOptions,
  type OptionCheck,
  type OptionChecks,
  ifGiven,
  type Outbox,
  type OutboxRetention,
  portOption,
  textOption,
  toOptionsError,
  wholeNumberFrom,
} from "@electrum-vouchers/core/ports";
import { type Clock, randomId, systemClock } from "./clock.ts";
import type { Result } from "neverthrow";
import { type DigestKey, readDigestKey } from "./digest-key.ts";
import { defaultDeliveryBackoff } from "./engine/delivery.ts";
import type { TillError } from "./errors.ts";
import type { SaleIdentity } from "./key-maker.ts";
import type { EventListener } from "./events.ts";
import { resolveRetention, type Retention, retentionOption } from "./retention-options.ts";
import { type PolicySelector, type PolicySubject, invalidPolicy, selectPolicy } from "./policy-selector.ts";

export interface TillOptions {
  readonly electrum: Electrum;
  /** With `retention`, it must have `beginRetention` and `applyRetention`. */
  readonly outbox: Outbox & Partial<OutboxRetention>;
  /** The business rules: given once, or selected for each request, since one till sells for several providers. */
  readonly policy: Policy | PolicySelector;
  /** Called for every step, message and alert. It gets no secret. Default: none. */
  readonly onEvent?: EventListener;
  /**
   * The clients that this till has credentials for: it claims only their records. Electrum keeps its records by user, so another
   * user's reversal is answered 404 and undoes nothing. Default: every client.
   */
  readonly clients?: readonly string[];
  readonly forwarding?: Partial<Forwarding>;
  /**
   * Redacts and deletes what is finished, in the background. One till at a time does so on a store. Default: after 30, 180 and 400 days, if
   * the outbox can.
   */
  readonly retention?: Partial<Retention> | "off";
  /**
   * Gives the key under which redaction digests what it masks; called once, at the start. With it, a repeat of a redacted transaction's
   * request is recognised, and another request under its id is refused. Default: a repeat is accepted uncompared, with an alert.
   */
  readonly digestKey?: () => DigestKey;
  /**
   * Says what makes two sales the same, such as a basket's number. While one is undecided, another is refused (`taken`). Default: any number
   * of sales may be open.
   */
  readonly saleIdentity?: SaleIdentity;
  /** How long work of another process that lives may be overdue before this till does it. Default 1 s. */
  readonly takeoverGraceMs?: number;
  /** How long `stop` waits for what is under way. Default 5 s. */
  readonly stopTimeoutMs?: number;
  /**
   * What to do with what looks like a card number (13 to 19 digits that pass Luhn's check) in free text of a request or a confirmation. By
   * chance one number in ten looks so. The field for a card number is masked in any case. Default `allow`.
   */
  readonly cardNumbersInText?: CardNumbersInText;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Makes random UUIDs, version 4, for messages and commits. No two processes may make the same. Default: the system's. */
  readonly newId?: () => Uuid;
}

export interface Forwarding {
  /** The largest number of advices that are under way at once. Default 8. */
  readonly concurrency: number;
  /** How long to wait for each acknowledgement. Default 60 s, Electrum's own. */
  readonly deadlineMs: number;
  /** How the wait between repeats grows. There is no last repeat. Default 1 s, doubling, up to 60 s. */
  readonly backoff: Backoff;
  /**
   * After this time without a response, a delivery leaves its slot to others and waits on. The more of its queue have done so, the
   * sooner the next one does. Default: a thirtieth of `deadlineMs`, so 2 s.
   */
  readonly detachAfterMs: number;
  /**
   * An advice that is undelivered for so long is an alert, one for its queue and then again each hour. Work of a client that no till
   * takes is one as well. Default 15 minutes.
   */
  readonly undeliveredAlertMs: number;
}

/** The options with every default filled in. */
export interface ResolvedTillOptions
  extends Required<
    Omit<TillOptions, "policy" | "forwarding" | "clients" | "retention" | "outbox" | "digestKey" | "saleIdentity">
  > {
  readonly outbox: Outbox;
  readonly policyFor: (subject: PolicySubject) => Result<Policy, TillError>;
  /** Whether the policy depends on its subject. */
  readonly selectsPolicy: boolean;
  readonly clients?: readonly string[];
  readonly forwarding: Forwarding;
  readonly saleIdentity?: SaleIdentity;
  /** Absent: no key was given. */
  readonly digester: Digester | undefined;
  /** Absent: it is off. */
  readonly retention?: Retention & { readonly outbox: OutboxRetention };
}

/** How long Electrum waits itself. */
const FORWARDING_DEADLINE_MS = 60_000;

/** A delivery without a response leaves its slot after this part of its deadline. */
const DETACH_PART = 30;

/** Electrum is seldom away for longer, and what a customer has paid for is unknown to it meanwhile. */
const UNDELIVERED_ALERT_MS = 15 * 60 * 1000;

/**
 * The options with their defaults.
 *
 * @throws {TypeError} with every fault of the options, if they have any. Nothing was started or changed.
 */
export function resolveOptions(given: TillOptions): ResolvedTillOptions {
  // Each option is read once.
  const options = { ...given };
  const digester = readDigestKey(options.digestKey);
  const faults = [
    ...findOptionFaults(options, checks),
    ...findRetentionFaults(options),
    ...digester.match(
      () => [],
      (fault) => [fault],
    ),
  ];
  if (faults.length > 0) throw toOptionsError("startTill", faults);
  const { policy, forwarding, retention, onEvent, outbox } = options;
  const deadlineMs = forwarding?.deadlineMs ?? FORWARDING_DEADLINE_MS;
  return {
    electrum: options.electrum,
    outbox,
    ...(retention === "off" || !erases(outbox) ? {} : { retention: { ...resolveRetention(retention ?? {}), outbox } }),
    digester: digester.unwrapOr(undefined),
    ...(options.saleIdentity === undefined ? {} : { saleIdentity: options.saleIdentity }),
    selectsPolicy: typeof policy === "function",
    ...(options.clients === undefined ? {} : { clients: [...options.clients] }),
    policyFor: typeof policy === "function" ? (subject) => selectPolicy(policy, subject) : constantPolicy(policy),
    onEvent: onEvent === undefined ? () => {} : isolateErrors(onEvent, warnOfListener),
    forwarding: {
      concurrency: forwarding?.concurrency ?? 8,
      backoff: { ...(forwarding?.backoff ?? defaultDeliveryBackoff) },
      detachAfterMs: forwarding?.detachAfterMs ?? deadlineMs / DETACH_PART,
      undeliveredAlertMs: forwarding?.undeliveredAlertMs ?? UNDELIVERED_ALERT_MS,
      deadlineMs,
    },
    takeoverGraceMs: options.takeoverGraceMs ?? 1_000,
    stopTimeoutMs: options.stopTimeoutMs ?? 5_000,
    cardNumbersInText: options.cardNumbersInText ?? "allow",
    clock: options.clock ?? systemClock,
    newId: options.newId ?? randomId,
  };
}

const erasing = portOption("beginRetention", "applyRetention");

const erases = (outbox: object): outbox is OutboxRetention => erasing(outbox).length === 0;

/** Retention needs an outbox that can erase. That there is an outbox at all is checked with the others. */
const findRetentionFaults = ({ retention, outbox }: TillOptions): readonly MessageFault[] =>
  retention === undefined || retention === "off" || portOption()(outbox).length > 0
    ? []
    : erasing(outbox).map(({ path, expected }) => ({ path: `outbox.${path}`, expected: `${expected}, for retention` }));

/** Validated and copied when the till starts. */
function constantPolicy(policy: Policy): ResolvedTillOptions["policyFor"] {
  const checked = checkPolicy(policy).mapErr(invalidPolicy);
  return () => checked;
}

/** A day. A longer wait of a program that runs is a mistyped number. */
const MAX_WAIT_MS = 24 * 60 * 60 * 1_000;

/** Each slot may hold a connection, and one machine has some thousands of those. */
const MAX_CONCURRENCY = 1_000;

const waitOption = wholeNumberFrom(0, MAX_WAIT_MS);

const policyOption: OptionCheck = (policy) =>
  typeof policy === "function"
    ? []
    : checkPolicy(policy).match(
        () => [],
        (faults) => faults,
      );

const checks: OptionChecks<TillOptions> = {
  electrum: portOption("send"),
  outbox: portOption(
    "commit",
    "load",
    "claim",
    "findAhead",
    "postpone",
    "advance",
    "release",
    "correctColumns",
    "secret",
    "undelivered",
    "watch",
  ),
  policy: policyOption,
  onEvent: ifGiven(functionOption),
  clients: ifGiven(listOption(textOption)),
  forwarding: ifGiven(
    objectOf({
      concurrency: ifGiven(wholeNumberFrom(1, MAX_CONCURRENCY)),
      deadlineMs: ifGiven(wholeNumberFrom(1, MAX_WAIT_MS)),
      backoff: ifGiven(objectOf({ initialMs: waitOption, multiplier: numberFrom(1, 10), maxMs: waitOption })),
      detachAfterMs: ifGiven(numberFrom(0, MAX_WAIT_MS)),
      undeliveredAlertMs: ifGiven(waitOption),
    }),
  ),
  retention: ifGiven((value) => (value === "off" ? [] : retentionOption(value))),
  // Read above, where it is called.
  digestKey: () => [],
  saleIdentity: ifGiven(functionOption),
  takeoverGraceMs: ifGiven(waitOption),
  stopTimeoutMs: ifGiven(waitOption),
  cardNumbersInText: ifGiven(oneOfOptions("allow", "mask", "refuse")),
  clock: ifGiven(portOption("now", "sleep", "monotonicMs")),
  newId: ifGiven(functionOption),
};

const warnOfListener = (detail: string): void =>
  process.emitWarning("The till's event listener failed. The till goes on, and reports no further failure.", {
    detail,
  });
