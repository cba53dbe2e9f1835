import {
  type Amounts,
  type ConfirmProvision,
  handOver,
  type NamedReason,
  parseProvisionRequest,
  type ProvisionRequest,
  type Policy,
  type ProvisionView,
  queueNameOf,
  type SaleHandOver,
  type Tender,
  toView,
  type Transaction,
  type Uuid,
} from "@electrum-vouchers/core";
import { err, ok, okAsync, type Result, type ResultAsync } from "neverthrow";
import { type TillError, wrongKind } from "./errors.ts";
import type { ConfirmOptions } from "./actor.ts";
import type { AlertReporter } from "./alert-reporter.ts";
import { acceptMessage, applyConfirmation, checkClient, copyOptions, findStored, unlessKnown } from "./incoming.ts";
import type { ResolvedTillOptions } from "./options.ts";
import type { KeyMaker } from "./key-maker.ts";
import type { RequestMonitor } from "./request-monitor.ts";
import type { UndeliveredGate } from "./undelivered-bounds.ts";
import { refuseTooOld } from "./too-old.ts";
import type { TransactionService } from "./transaction-service.ts";

/** The calls that concern provisions alone. */
export interface ProvisionCalls {
  /**
   * As `confirm`, and gives out the voucher: that it was handed over is stored with the decision, so that no crash comes between the two.
   * Error `alreadyHandedOver` if the voucher was given out before: a copy is another call (`handOver`).
   */
  confirmAndHandOver(
    id: Uuid,
    tenders: readonly Tender[],
    options?: ConfirmOptions & { readonly amounts?: Amounts },
  ): ResultAsync<SaleHandedOver, TillError>;
  /**
   * Sells a voucher: sends the request, retries and reverses as the policy says. Resolves once the till must decide
   * (`issued`), nothing more is to be done (`completed`, `declined`), or the rest is the forwarder's (`reversing`).
   * Starting twice is harmless: the same request joins the call that is under way, or gives the transaction that exists.
   * If another process works on it, or the till stops meanwhile, it resolves with the transaction as it is stored.
   */
  provision(request: ProvisionRequest, options?: SaleOptions): ResultAsync<ProvisionView, TillError>;
  /** Confirms the sale, paid in this way. Resolves when that is durable, not when Electrum has been told. */
  confirm(
    id: Uuid,
    tenders: readonly Tender[],
    amounts?: Amounts,
    options?: ConfirmOptions,
  ): ResultAsync<ProvisionView, TillError>;
}

/** A confirmed sale, and what the customer is handed. */
export interface SaleHandedOver {
  readonly sale: ProvisionView;
  readonly handOver: SaleHandOver;
}

/** What may keep a sale from beginning. */
export interface SaleGuards {
  readonly keyMaker: KeyMaker;
  readonly undelivered: UndeliveredGate;
}

export interface SaleOptions {
  /** Begins the sale although another one of the same identity is undecided (`saleIdentity`). The name and the reason are journalled. */
  readonly override?: NamedReason;
  /**
   * A reference of the caller's, such as an order number: 1 to 100 printable characters. It is stored as it is, is never sent, and outlives
   * redaction, so it must hold no secret. A repeat keeps that of the first call.
   */
  readonly correlation?: string;
}

export function createProvisions(
  transactions: TransactionService,
  monitor: Pick<RequestMonitor, "admitSale" | "refusesSales">,
  reportAlert: AlertReporter,
  { keyMaker, undelivered }: SaleGuards,
  options: ResolvedTillOptions,
): ProvisionCalls {
  const { clock, newId, policyFor, cardNumbersInText, clients } = options;

  const begin = (
    request: ProvisionRequest,
    { override, correlation }: SaleOptions,
    policy: Policy,
  ): ResultAsync<Transaction, TillError> =>
    keyMaker.ofSale(request).andThen((key) => {
      const ids = { confirmationId: newId(), reversalId: newId() };
      const named = correlation === undefined ? {} : { correlation };
      const begun = { request, ...ids, policy, ...named, at: clock.now() };
      if (key === undefined) return transactions.start({ type: "provisionStarted", start: begun });
      return override === undefined
        ? transactions.start({ type: "provisionStarted", start: { ...begun, exclusive: true } }, key)
        : transactions.start({ type: "provisionStarted", start: { ...begun, override } });
    });

  const confirm = (id: Uuid, said: Omit<ConfirmProvision, "type" | "at">): ResultAsync<Transaction, TillError> =>
    applyConfirmation(
      transactions,
      id,
      { ...said, type: "confirm", at: clock.now() },
      cardNumbersInText === "allow" ? "allow" : "mask",
      reportAlert,
    );

  /** What keeps a new sale from beginning. The one that counts sales comes last, so that none is counted which then does not begin. */
  const admit = (request: ProvisionRequest, policy: Policy): ResultAsync<void, TillError> => {
    const isKnown = (): ResultAsync<boolean, TillError> =>
      findStored(transactions, request.id).map((found) => found !== undefined);
    return unlessKnown(refuseTooOld(request.time, options), isKnown)
      .andThen(() => unlessKnown(undelivered.admit(queueNameOf(request, policy), policy), isKnown))
      .andThen(() => admitForeign(monitor, isKnown));
  };

  return {
    provision: (request, given = {}) => {
      const sale = copyOptions(given);
      return acceptMessage(parseProvisionRequest(request), cardNumbersInText)
        .andThen((accepted) => checkClient(clients, accepted.client.id).map(() => accepted))
        .andThen((accepted) => policyFor({ provision: accepted }).map((policy) => ({ accepted, policy })))
        .asyncAndThen(({ accepted, policy }) => admit(accepted, policy).andThen(() => begin(accepted, sale, policy)))
        .andThen(toProvisionView);
    },
    confirm: (id, tenders, amounts, given = {}) =>
      confirm(id, { ...given, tenders, ...(amounts === undefined ? {} : { amounts }) }).andThen(toProvisionView),
    confirmAndHandOver: (id, tenders, given = {}) =>
      confirm(id, { ...given, tenders, handOver: true }).andThen(toSaleHandedOver),
  };
}

/** While the responses are not Electrum's, a new sale begins only to find out whether they are again. */
const admitForeign = (
  monitor: Pick<RequestMonitor, "admitSale" | "refusesSales">,
  isKnown: () => ResultAsync<boolean, TillError>,
): ResultAsync<void, TillError> =>
  monitor.refusesSales()
    ? isKnown().andThen((known) => refuseForeign(known ? 0 : monitor.admitSale()))
    : okAsync(undefined);

const refuseForeign = (retryAfterMs: number): Result<void, TillError> =>
  retryAfterMs === 0 ? ok() : err({ type: "notElectrum", retryAfterMs });

const toSaleHandedOver = (transaction: Transaction): Result<SaleHandedOver, TillError> =>
  transaction.kind === "provision"
    ? handOver(transaction).map((handed) => ({ sale: toView(transaction), handOver: handed }))
    : err(wrongKind(transaction));

/** The core has already refused what does not fit the kind. This tells the compiler so. */
const toProvisionView = (transaction: Transaction): Result<ProvisionView, TillError> =>
  transaction.kind === "provision" ? ok(toView(transaction)) : err(wrongKind(transaction));
