import type { Backoff, Policy, ProvisionRequest, Uuid, VoucherLookup } from "@electrum-vouchers/core";
import { type Electrum, isolateErrors, type Outbox } from "@electrum-vouchers/core/ports";
import { type Clock, randomId, systemClock } from "./clock.ts";
import type { EventListener } from "./events.ts";

export interface TillOptions {
  readonly electrum: Electrum;
  readonly outbox: Outbox;
  /** The business rules: given once, or chosen for each request, since one till sells for several providers. */
  readonly policy: Policy | PolicySelector;
  /** Told of every step, message and alert; it gets no secret. Default: nobody. */
  readonly onEvent?: EventListener;
  /**
   * Names this till towards its outbox. Each process on a shared outbox needs a name of its own, and the same one after a
   * restart, so that it takes its leases up again. Default "till".
   */
  readonly worker?: string;
  readonly forwarding?: Partial<Forwarding>;
  /** How long an answer or a timer may be overdue before this till takes the transaction over from its owner. Default 1 s. */
  readonly takeoverGraceMs?: number;
  /** How long `stop` waits for what is under way. Default 5 s. */
  readonly stopTimeoutMs?: number;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Mints random UUIDs, version 4, for messages and commits: no two processes may mint the same. Default: the system's. */
  readonly newId?: () => Uuid;
}

export type PolicySelector = (
  subject: { readonly provision: ProvisionRequest } | { readonly lookup: VoucherLookup },
) => Policy;

export interface Forwarding {
  /** How many advices are under way at once. Default 8. */
  readonly concurrency: number;
  /** How long to wait for each acknowledgement. Default 60 s, Electrum's own. */
  readonly deadlineMs: number;
  /** How the pause between repeats grows. There is no last repeat. Default 1 s, doubling, up to 60 s. */
  readonly backoff: Backoff;
}

/** The options with every default filled in. */
export interface ResolvedTillOptions extends Required<Omit<TillOptions, "policy" | "forwarding">> {
  readonly policyFor: PolicySelector;
  readonly forwarding: Forwarding;
}

export function resolveOptions(options: TillOptions): ResolvedTillOptions {
  const { policy, forwarding, onEvent } = options;
  return {
    electrum: options.electrum,
    outbox: options.outbox,
    policyFor: typeof policy === "function" ? policy : () => policy,
    onEvent: onEvent === undefined ? () => {} : isolateErrors(onEvent, warnOfListener),
    worker: options.worker ?? "till",
    forwarding: {
      concurrency: 8,
      deadlineMs: 60_000,
      backoff: { initialMs: 1_000, multiplier: 2, maxMs: 60_000 },
      ...forwarding,
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
