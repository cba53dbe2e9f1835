import { withFieldsMerged } from "./additional-fields.ts";
import type { BasicAdvice, BasicReversal, TenderAdvice } from "./advices.ts";
import type { ProductLookup, RedemptionLookup, VoucherLookup } from "./lookup.ts";
import type { ProvisionRequest } from "./provision.ts";
import type { RedemptionRequest } from "./redemption.ts";
import type { RefundRequest } from "./refund.ts";

/** The message of each operation that selling, redeeming, refunding and asking use, by Electrum's names. */
export interface MessageByOperation {
  readonly provisionVoucher: ProvisionRequest;
  readonly retryProvisionVoucher: ProvisionRequest;
  readonly confirmVoucher: TenderAdvice;
  readonly reverseVoucher: BasicReversal;
  readonly lookupVoucher: VoucherLookup;
  readonly redeemVoucher: RedemptionRequest;
  readonly confirmRedeem: BasicAdvice;
  readonly reverseRedeem: BasicReversal;
  readonly lookupRedemption: RedemptionLookup;
  readonly refundVoucher: RefundRequest;
  readonly confirmRefund: BasicAdvice;
  readonly reverseRefund: BasicReversal;
  readonly lookupProducts: ProductLookup;
}

export type Operation = keyof MessageByOperation;

/** A message to send: the operation and its body, query or path. */
export type OutgoingMessage<Name extends Operation = Operation> = {
  readonly [Each in Name]: { readonly operation: Each; readonly message: MessageByOperation[Each] };
}[Name];

/** Messages that need a response before anything can go on. */
export type Request = OutgoingMessage<Exclude<Operation, Advice["operation"]>>;

/** The advices that let a transaction stand. */
export type Confirmation = OutgoingMessage<"confirmVoucher" | "confirmRedeem" | "confirmRefund">;

/** The advices that undo a transaction. */
export type Reversal = OutgoingMessage<"reverseVoucher" | "reverseRedeem" | "reverseRefund">;

/** Requests that only ask. They have no financial effect, and neither they nor their responses name a message of ours. */
export type Lookup = OutgoingMessage<"lookupVoucher" | "lookupRedemption" | "lookupProducts">;

/** Messages that only inform: stored before they are sent, repeated until acknowledged. */
export type Advice = Confirmation | Reversal;

/** What an operation is. */
type OperationKind = "request" | "confirmation" | "reversal";

/** The HTTP method and path of each operation, below `/suv/v1`. Names in braces are filled from the message. */
export const operations: Readonly<
  Record<Operation, { readonly method: "GET" | "POST"; readonly path: string; readonly kind: OperationKind }>
> = {
  provisionVoucher: { method: "POST", path: "/vouchers", kind: "request" },
  retryProvisionVoucher: { method: "POST", path: "/vouchers/{provisionId}/retry", kind: "request" },
  confirmVoucher: { method: "POST", path: "/vouchers/confirmations", kind: "confirmation" },
  reverseVoucher: { method: "POST", path: "/vouchers/reversals", kind: "reversal" },
  lookupVoucher: { method: "GET", path: "/vouchers", kind: "request" },
  redeemVoucher: { method: "POST", path: "/redemptions", kind: "request" },
  confirmRedeem: { method: "POST", path: "/redemptions/confirmations", kind: "confirmation" },
  reverseRedeem: { method: "POST", path: "/redemptions/reversals", kind: "reversal" },
  lookupRedemption: { method: "GET", path: "/redemptions/{requestId}", kind: "request" },
  refundVoucher: { method: "POST", path: "/refunds", kind: "request" },
  confirmRefund: { method: "POST", path: "/refunds/confirmations", kind: "confirmation" },
  reverseRefund: { method: "POST", path: "/refunds/reversals", kind: "reversal" },
  lookupProducts: { method: "GET", path: "/products", kind: "request" },
};

/** The names of the operations of a kind. */
export const operationsOf = (kind: OperationKind): readonly string[] =>
  Object.entries(operations).flatMap(([name, operation]) => (operation.kind === kind ? [name] : []));

/** Whether a message only asks: Electrum reads exactly those with GET. */
export const isLookup = (outgoing: OutgoingMessage): outgoing is Lookup =>
  operations[outgoing.operation].method === "GET";

/** An HTTP request to send. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** Path and query, below the base URL (`…/suv/v1`). A lookup's holds the voucher code: never log it. */
  readonly target: string;
  /** JSON text; the same message gives the same bytes each time. */
  readonly body?: string;
}

/**
 * The outgoing message as an HTTP request.
 *
 * @example
 * toHttp({ operation: "lookupRedemption", message: { requestId } })
 * // { method: "GET", target: "/redemptions/3f0c…" }
 */
export function toHttp(outgoing: OutgoingMessage): HttpRequest {
  const { method, path } = operations[outgoing.operation];
  switch (outgoing.operation) {
    case "lookupVoucher":
      return { method, target: `${path}?${queryOf(outgoing.message)}` };
    case "lookupRedemption":
      return { method, target: path.replace("{requestId}", encodeURIComponent(outgoing.message.requestId)) };
    case "lookupProducts":
      return { method, target: path };
    case "retryProvisionVoucher":
      return {
        method,
        target: path.replace("{provisionId}", encodeURIComponent(outgoing.message.id)),
        body: JSON.stringify(withFieldsMerged(outgoing.message)),
      };
    case "provisionVoucher":
    case "redeemVoucher":
    case "refundVoucher":
      return { method, target: path, body: JSON.stringify(withFieldsMerged(outgoing.message)) };
    default:
      return { method, target: path, body: JSON.stringify(outgoing.message) };
  }
}

const queryOf = (lookup: VoucherLookup): string =>
  queryNames
    .flatMap((name) => (lookup[name] === undefined ? [] : [`${name}=${encodeURIComponent(lookup[name])}`]))
    .join("&");

const queryNames = [
  "voucherCode",
  "provisionRequestId",
  "voucherSerialNumber",
  "receiverInstId",
  "settlementEntityInstId",
] as const satisfies readonly (keyof VoucherLookup)[];
