import type { ProvisionStart, RedemptionStart, RefundStart } from "./start.ts";
import type { InDoubt, UnknownOutcome } from "./machines/in-doubt.ts";
import type {
  Approval,
  Confirming,
  Dispute,
  Finalization,
  ReconciliationItem,
  Reversing,
} from "./machines/finalization-state.ts";
import type { Provision, ProvisionHead, ProvisionState } from "./machines/provision-state.ts";
import type {
  LookupFailed,
  RedeemFields,
  Redemption,
  RedemptionHead,
  RedemptionState,
} from "./machines/redemption-state.ts";
import type { AnyTransaction as Transaction } from "./machines/any-transaction.ts";
import type { Refund, RefundHead, RefundState } from "./machines/refund-state.ts";
import type { JsonObject } from "./json.ts";
import { looseFieldsOf, optionalField } from "./messages/lenient.ts";
import type { BasicAdvice } from "./messages/advices.ts";
import type { Uuid } from "./messages/uuid.ts";
import type { VoucherLookup } from "./messages/lookup.ts";
import type { Advice, OutgoingMessage } from "./messages/operations.ts";
import {
  type MessageDetails,
  readDetails,
  readVoucherDetails,
  type VoucherDetails,
} from "./messages/message-details.ts";
import type { TransactionStatus, VoucherStatus } from "./responses/transaction-status.ts";
import type { ErrorResponse } from "./responses/request-outcome.ts";
import { leavesChange } from "./change-voucher.ts";
import { MASK, secretsIn } from "./voucher-code.ts";

// A transaction as a till shows it. It has the state and the fields of the transaction, but each message is reduced to its typed details
// (`readDetails`). What can be spent, what is personal, and what no schema knows are left out, so that a program may print it, log it or
// show it to a cashier. `handOver` gives the voucher.
//
// An error's texts come from strangers, and may repeat the code of this voucher or name another: there it is masked.

/** A transaction without its secrets: printing it is harmless. */
export type TransactionView = ProvisionView | RedemptionView | RefundView;

/** The sale of one voucher, as a till shows it, in any state; `ProvisionView<Issued>` is one in that state. */
export type ProvisionView<State extends ProvisionState = ProvisionState> = State extends ProvisionState
  ? Omit<ProvisionHead, "start" | "reconciliation"> & {
      readonly start: ProvisionStartView;
      readonly reconciliation: readonly View<ReconciliationItem>[];
    } & View<State>
  : never;

/** The acceptance of one voucher, as a till shows it, in any state; `RedemptionView<Found>` is one in that state. */
export type RedemptionView<State extends RedemptionState = RedemptionState> = State extends RedemptionState
  ? Omit<RedemptionHead, "start" | "reconciliation"> & {
      readonly start: RedemptionStartView;
      readonly reconciliation: readonly View<ReconciliationItem>[];
    } & View<State>
  : never;

/** The refund of one redemption, as a till shows it, in any state; `RefundView<Refunded>` is one in that state. */
export type RefundView<State extends RefundState = RefundState> = State extends RefundState
  ? Omit<RefundHead, "start" | "reconciliation"> & {
      readonly start: RefundStartView;
      readonly reconciliation: readonly View<ReconciliationItem>[];
    } & View<State>
  : never;

/** A state whose messages are reduced to their details. */
export type View<State> = State extends State
  ? { readonly [Field in keyof State]: Field extends keyof Reduced ? Reduced[Field] : State[Field] }
  : never;

interface Reduced {
  readonly redeem: RedeemView;
  readonly approval: ApprovalView;
  readonly lateApproval: ApprovalView;
  readonly response: MessageDetails;
  readonly advice: AdviceView;
  readonly finalizing: View<Confirming | Reversing>;
}

export interface ProvisionStartView extends Omit<ProvisionStart, "request"> {
  readonly request: MessageDetails;
}

export interface RedemptionStartView extends Omit<RedemptionStart, "lookup"> {
  readonly lookup: Omit<VoucherLookup, "voucherCode">;
}

export interface RefundStartView extends Omit<RefundStart, "request"> {
  readonly request: MessageDetails;
  /** The redemption that is refunded, if the request names it. */
  readonly redemptionId?: Uuid;
}

export interface RedeemView extends Omit<RedeemFields["redeem"], "request"> {
  readonly request: MessageDetails;
}

/** An approval: what Electrum approved. */
export interface ApprovalView extends Omit<Approval, "response"> {
  readonly response: MessageDetails;
  /** Of a redemption or a refund that left another voucher, with the rest of the value or with what is refunded: the customer must be handed it. */
  readonly changeVoucher?: VoucherDetails;
}

export interface AdviceView {
  readonly operation: Advice["operation"];
  readonly message: Pick<BasicAdvice, "id" | "requestId" | "time" | "amounts"> & {
    readonly reversalReason?: OutgoingMessage<"reverseVoucher">["message"]["reversalReason"];
  };
}

/**
 * The transaction without its secrets.
 *
 * @example
 * log(toView(sale)) // holds no code, no pin, no text for the receipt and no card number
 */
export function toView(transaction: Provision): ProvisionView;
export function toView(transaction: Redemption): RedemptionView;
export function toView(transaction: Refund): RefundView;
export function toView(transaction: Transaction): TransactionView;
export function toView(transaction: Transaction): TransactionView {
  switch (transaction.kind) {
    case "provision":
      return viewProvision(transaction);
    case "redemption":
      return viewRedemption(transaction);
    case "refund":
      return viewRefund(transaction);
  }
}

/** What Electrum says of a transaction of ours, without secrets. */
export const viewTransactionStatus = (status: TransactionStatus, transaction: Transaction): View<TransactionStatus> =>
  viewStatus(status, readDetails, secretsIn(transaction));

/** What Electrum says of a voucher, without secrets. A serial number is one if it is the code that was asked for. */
export function viewVoucherStatus(
  status: VoucherStatus,
  { voucherCode: code = "" }: VoucherLookup,
): View<VoucherStatus> {
  if (code === "") return viewStatus(status, readDetails, []);
  const read = (response: JsonObject): MessageDetails =>
    readDetails({ ...response, voucher: { ...looseFieldsOf(response["voucher"]), code } });
  return viewStatus(status, read, [code]);
}

type ReadDetails = (response: JsonObject) => MessageDetails;

function viewStatus(status: VoucherStatus, read: ReadDetails, codes: Iterable<string>): View<VoucherStatus>;
function viewStatus(status: TransactionStatus, read: ReadDetails, codes: Iterable<string>): View<TransactionStatus>;
function viewStatus(
  status: VoucherStatus | TransactionStatus,
  read: ReadDetails,
  codes: Iterable<string>,
): View<VoucherStatus | TransactionStatus> {
  if ("response" in status) return { ...status, response: read(status.response) };
  return "error" in status && status.error !== undefined
    ? { ...status, error: maskSecrets(status.error, codes) }
    : status;
}

function viewProvision(provision: Provision): ProvisionView {
  const { kind, id } = provision;
  const { request, ...start } = provision.start;
  const reduce = createReducers(provision);
  const head = {
    kind,
    id,
    start: { ...start, request: readDetails(request) },
    reconciliation: provision.reconciliation.map(reduce.item),
    ...optionalField("handedOver", provision.handedOver),
  };
  switch (provision.state) {
    case "requesting":
      return { ...reduce.optionalInDoubt(provision), ...head };
    case "waitingToRetry":
      return { ...provision, inDoubt: reduce.inDoubt(provision.inDoubt), ...head };
    case "issued":
      return { ...reduce.optionalInDoubt(provision), approval: reduce.approval(provision.approval), ...head };
    case "completed":
      return { ...provision, approval: reduce.approval(provision.approval), ...head };
    case "declined":
      return { ...provision, error: reduce.error(provision.error), ...head };
    default:
      return { ...reduce.finalization(provision), ...head };
  }
}

function viewRedemption(redemption: Redemption): RedemptionView {
  const { kind, id } = redemption;
  const { lookup, ...start } = redemption.start;
  const { voucherCode: _secret, ...shownLookup } = lookup;
  const reduce = createReducers(redemption);
  const head = {
    kind,
    id,
    start: { ...start, lookup: shownLookup },
    reconciliation: redemption.reconciliation.map(reduce.item),
    ...optionalField("handedOver", redemption.handedOver),
  };
  switch (redemption.state) {
    case "lookingUp":
    case "waitingToLookUp":
    case "abandoned":
      return { ...redemption, ...head };
    case "lookupFailed":
      return { ...reduce.lookupFailed(redemption), ...head };
    case "found":
      return { ...redemption, response: readDetails(redemption.response), ...head };
    default: {
      const { request, ...redeem } = redemption.redeem;
      const redeemHead = { ...head, redeem: { ...redeem, request: readDetails(request) } };
      switch (redemption.state) {
        case "redeeming":
          return { ...redemption, ...redeemHead };
        case "redeemed":
        case "completed":
          return { ...redemption, approval: reduce.approval(redemption.approval), ...redeemHead };
        case "declined":
          return { ...redemption, error: reduce.error(redemption.error), ...redeemHead };
        default:
          return { ...reduce.finalization(redemption), ...redeemHead };
      }
    }
  }
}

function viewRefund(refund: Refund): RefundView {
  const { kind, id } = refund;
  const { request, ...start } = refund.start;
  const reduce = createReducers(refund);
  const head = {
    kind,
    id,
    start: {
      ...start,
      request: readDetails(request),
      ...optionalField("redemptionId", request.redemptionId),
    },
    reconciliation: refund.reconciliation.map(reduce.item),
    ...optionalField("handedOver", refund.handedOver),
  };
  switch (refund.state) {
    case "requesting":
      return { ...refund, ...head };
    case "refunded":
    case "completed":
      return { ...refund, approval: reduce.approval(refund.approval), ...head };
    case "declined":
      return { ...refund, error: reduce.error(refund.error), ...head };
    default:
      return { ...reduce.finalization(refund), ...head };
  }
}

/** What reduces the parts of one transaction. */
interface Reducers {
  error(error: ErrorResponse): ErrorResponse;
  inDoubt(inDoubt: InDoubt): InDoubt;
  optionalInDoubt<State extends { readonly inDoubt?: InDoubt }>(state: State): State;
  lookupFailed<State extends Pick<LookupFailed, "error" | "unknown">>(state: State): State;
  approval(approval: Approval): ApprovalView;
  item(item: ReconciliationItem): View<ReconciliationItem>;
  finalization(state: Finalization): View<Finalization>;
}

function createReducers(transaction: Transaction): Reducers {
  const error = (given: ErrorResponse): ErrorResponse => maskSecrets(given, secretsIn(transaction));

  const unknown = (given: UnknownOutcome): UnknownOutcome =>
    given.error === undefined ? given : { ...given, error: error(given.error) };

  const inDoubt = (given: InDoubt): InDoubt => ({ ...given, first: unknown(given.first), last: unknown(given.last) });

  const optionalInDoubt = <State extends { readonly inDoubt?: InDoubt }>(state: State): State =>
    state.inDoubt === undefined ? state : { ...state, inDoubt: inDoubt(state.inDoubt) };

  const approval = ({ response, ...rest }: Approval): ApprovalView => ({
    ...rest,
    response: readDetails(response),
    ...(leavesChange(transaction, response) ? { changeVoucher: readVoucherDetails(response["voucher"]) ?? {} } : {}),
  });

  function item(given: ReconciliationItem): View<ReconciliationItem> {
    switch (given.reason) {
      case "lateApproval":
      case "secondVoucher":
        return { ...given, response: readDetails(given.response) };
      case "reversalNotFound": {
        const { approval: seen, ...rest } = given;
        return seen === undefined ? rest : { ...rest, approval: approval(seen) };
      }
      default:
        return given;
    }
  }

  function finalizing(state: Confirming | Reversing): View<Confirming | Reversing> {
    const advice = viewAdvice(state.advice);
    if (state.state === "confirming") return { ...state, approval: approval(state.approval), advice };
    const { lateApproval, ...rest } = optionalInDoubt(state);
    return { ...rest, advice, ...(lateApproval === undefined ? {} : { lateApproval: approval(lateApproval) }) };
  }

  const dispute = (given: Dispute): Dispute => ({ ...given, error: error(given.error) });

  function finalization(state: Finalization): View<Finalization> {
    switch (state.state) {
      case "confirming":
      case "reversing":
        return finalizing(state);
      case "confirmed":
        return { ...state, approval: approval(state.approval), advice: viewAdvice(state.advice) };
      case "reversed":
        return { ...optionalInDoubt(state), advice: viewAdvice(state.advice) };
      case "disputed":
      case "resolved":
        return { ...state, finalizing: finalizing(state.finalizing), dispute: dispute(state.dispute) };
    }
  }

  return {
    error,
    inDoubt,
    optionalInDoubt,
    approval,
    item,
    finalization,
    lookupFailed: (state) => ({
      ...state,
      ...(state.error === undefined ? {} : { error: error(state.error) }),
      ...(state.unknown === undefined ? {} : { unknown: unknown(state.unknown) }),
    }),
  };
}

function viewAdvice({ operation, message }: Advice): AdviceView {
  const { id, requestId, time, amounts } = message;
  return {
    operation,
    message: {
      id,
      requestId,
      time,
      ...(amounts === undefined ? {} : { amounts }),
      ...("reversalReason" in message ? { reversalReason: message.reversalReason } : {}),
    },
  };
}

/** An error as it was received, but for these codes and pins, and for numbers that may be those of another. */
function maskSecrets(error: ErrorResponse, codes: Iterable<string>): ErrorResponse {
  const { errorType, errorMessage, providerErrorCode, providerErrorMessage, formatErrors } = error;
  const secrets = [...codes];
  const mask = (text: string): string =>
    secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK), text).replaceAll(LONG_NUMBER, MASK);
  return {
    ...error,
    ...(errorType === undefined ? {} : { errorType: mask(errorType) }),
    ...(errorMessage === undefined ? {} : { errorMessage: mask(errorMessage) }),
    ...(providerErrorCode === undefined ? {} : { providerErrorCode: mask(providerErrorCode) }),
    ...(providerErrorMessage === undefined ? {} : { providerErrorMessage: mask(providerErrorMessage) }),
    ...(formatErrors === undefined
      ? {}
      : {
          formatErrors: formatErrors.map((fault) =>
            fault.message === undefined ? fault : { ...fault, message: mask(fault.message) },
          ),
        }),
  };
}

/** Eight digits and more: a voucher's code, a card number, a telephone number. No error needs one. */
const LONG_NUMBER = /\d(?:[ -]?\d){7,}/g;
