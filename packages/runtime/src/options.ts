import type {
  Backoff,
  Policy,
  ProvisionRequest,
  Uuid,
  VoucherLookup,
  JsonObject,
  RedemptionRequest,
} from "@electrum-vouchers/core";
import { type Electrum, isolateErrors, type Outbox } from "@electrum-vouchers/core/ports";
import { type Clock, randomId, systemClock } from "./clock.ts";
import { defaultDeliveryBackoff } from "./engine/delivery.ts";
import type { EventListener } from "./events.ts";

export interface TillOptions {
  readonly electrum: Electrum;
  readonly outbox: Outbox;
  /** The business rules: given once, or selected for each request, since one till sells for several providers. */
  readonly policy: Policy | PolicySelector;
  /** Called for every step, message and alert. It gets no secret. Default: none. */
  readonly onEvent?: EventListener;
  /**
   * The name of this process towards its outbox. Each process on a shared outbox needs a name of its own, and the same name
   * after a restart, so that it releases its own leases. Default "till".
   */
  readonly worker?: string;
  /**
   * The clients that this till has credentials for: it claims only their records. Electrum keeps its records by user, so another
   * user's reversal is answered 404 and undoes nothing. Default: every client.
   */
  readonly clients?: readonly string[];
  readonly forwarding?: Partial<Forwarding>;
  /** How long a response or a timer may be overdue before this till takes the transaction over. Default 1 s. */
  readonly takeoverGraceMs?: number;
  /** How long `stop` waits for what is under way. Default 5 s. */
  readonly stopTimeoutMs?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Makes random UUIDs, version 4, for messages and commits. No two processes may make the same. Default: the system's. */
  readonly newId?: () => Uuid;
}

/** Selects the policy of a transaction. For a redemption it is asked twice: only the lookup's response tells the provider. */
export type PolicySelector = (subject: PolicySubject) => Policy;

export type PolicySubject =
  | { readonly provision: ProvisionRequest }
  | { readonly lookup: VoucherLookup }
  /** The voucher was found, and is about to be redeemed. `found` is the lookup's response; its `receiver` names the provider. */
  | { readonly lookup: VoucherLookup; readonly redemption: RedemptionRequest; readonly found: JsonObject };

export interface Forwarding {
  /** The largest number of advices that are under way at once. Default 8. */
  readonly concurrency: number;
  /** How long to wait for each acknowledgement. Default 60 s, Electrum's own. */
  readonly deadlineMs: number;
  /** How the wait between repeats grows. There is no last repeat. Default 1 s, doubling, up to 60 s. */
  readonly backoff: Backoff;
  /**
   * After this time without a response, a delivery leaves its slot to others and waits on. The more of its queue have done so, the
   * sooner the next one does. Default: a twentieth of `deadlineMs`, so 3 s.
   */
  readonly detachAfterMs: number;
}

/** The options with every default filled in. */
export interface ResolvedTillOptions extends Required<Omit<TillOptions, "policy" | "forwarding" | "clients">> {
  readonly policyFor: PolicySelector;
  /** Whether the policy depends on its subject. */
  readonly selectsPolicy: boolean;
  readonly clients?: readonly string[];
  readonly forwarding: Forwarding;
}

/** How long Electrum waits itself. */
const FORWARDING_DEADLINE_MS = 60_000;

/** A delivery without a response leaves its slot after this part of its deadline. */
const DETACH_PART = 20;

export function resolveOptions(options: TillOptions): ResolvedTillOptions {
  const { policy, forwarding, onEvent } = options;
  const deadlineMs = forwarding?.deadlineMs ?? FORWARDING_DEADLINE_MS;
  return {
    electrum: options.electrum,
    outbox: options.outbox,
    selectsPolicy: typeof policy === "function",
    ...(options.clients === undefined ? {} : { clients: options.clients }),
    policyFor: typeof policy === "function" ? policy : () => policy,
    onEvent: onEvent === undefined ? () => {} : isolateErrors(onEvent, warnOfListener),
    worker: options.worker ?? "till",
    forwarding: {
      concurrency: 8,
      backoff: defaultDeliveryBackoff,
      detachAfterMs: deadlineMs / DETACH_PART,
      ...forwarding,
      deadlineMs,
    },
    takeoverGraceMs: options.takeoverGraceMs ?? 1_000,
    stopTimeoutMs: options.stopTimeoutMs ?? 5_000,
    clock: options.clock ?? systemClock,
    newId: options.newId ?? randomId,
  };
}

const warnOfListener = (detail: string): void =>
  process.emitWarning("The till's event listener failed. The till goes on, and reports no further failure.", {
    detail,
  });
