import type { ProviderCondition } from "@electrum-vouchers/simulator";

/**
 * Something that the till's user does, or that happens around the till. `transaction` is the place of the transaction in its flow: 0 is
 * the first.
 *
 * - `sell`, `confirm`, `cancel`, `lookUp`, `redeem`, `confirmRedemption`, `confirmRefund`: the call of the till, and the wait for its result
 * - `refund`: likewise; it refunds all of the redemption `of`, or a `part`, which is R10.00
 * - `sellAndCancel`: the customer walks away while the till still waits for Electrum's response
 * - `lookUpSale`: the till asks Electrum about its own first sale; `tooEarly` if the runtime must refuse that
 * - `sellUntilKilled`: the customer pays, and the till's process is killed once Electrum has processed the request, or once the
 *   confirmation waits to be repeated
 * - `redeemUntilKilled`: the customer pays with a voucher, and the till's process is killed once Electrum has processed the request
 * - `resend`, `resolve`: an operator has a disputed advice sent again, or settles the dispute with Electrum outside the protocol
 * - `refundUntilKilled`: the till's process is killed once Electrum has processed the refund's request
 * - `recover`: a new process takes up what the killed one left
 * - `waitForAll`: until no transaction has anything under way or due; one in dispute waits for an operator
 * - `waitUntilProbing`: until the till has found out that Electrum is away
 * - `waitUntilRepeating`: until an advice waits to be repeated
 * - `setProvider`: the provider changes
 * - `takeElectrumDown`: for so long no connection can be made; Electrum forgets nothing
 */
export type FlowAction =
  | {
      readonly type:
        | "sell"
        | "sellAndCancel"
        | "confirm"
        | "cancel"
        | "lookUp"
        | "redeem"
        | "confirmRedemption"
        | "confirmRefund";
      readonly transaction: number;
    }
  | { readonly type: "refund"; readonly transaction: number; readonly of: number; readonly amount: "all" | "part" }
  | { readonly type: "refundUntilKilled"; readonly transaction: number; readonly of: number }
  | { readonly type: "lookUpSale"; readonly transaction: number; readonly tooEarly: boolean }
  | {
      readonly type: "sellUntilKilled";
      readonly transaction: number;
      readonly moment: "requestProcessed" | "adviceRepeated";
    }
  | { readonly type: "redeemUntilKilled" | "resend"; readonly transaction: number }
  | { readonly type: "resolve"; readonly transaction: number; readonly resolution: "confirmed" | "reversed" }
  | { readonly type: "recover" | "waitForAll" | "waitUntilProbing" | "waitUntilRepeating" }
  | { readonly type: "setProvider"; readonly condition: ProviderCondition }
  | { readonly type: "takeElectrumDown"; readonly durationMs: number };

/** The customer wants a voucher. */
export const sell = (transaction = 0): FlowAction => ({ type: "sell", transaction });

/** The customer wants a voucher, and walks away before Electrum responds. */
export const sellAndCancel = (transaction = 0): FlowAction => ({ type: "sellAndCancel", transaction });

/** The customer has paid. */
export const confirm = (transaction = 0): FlowAction => ({ type: "confirm", transaction });

/** The customer walks away. */
export const cancel = (transaction = 0): FlowAction => ({ type: "cancel", transaction });

/** The customer brings a voucher. */
export const lookUp = (transaction = 0): FlowAction => ({ type: "lookUp", transaction });

export const redeem = (transaction = 0): FlowAction => ({ type: "redeem", transaction });

export const confirmRedemption = (transaction = 0): FlowAction => ({ type: "confirmRedemption", transaction });

/** The customer brings back what the redemption `of` was for, or a part of it. */
export const refund = (transaction: number, of: number, amount: "all" | "part" = "all"): FlowAction => ({
  type: "refund",
  transaction,
  of,
  amount,
});

export const confirmRefund = (transaction: number): FlowAction => ({ type: "confirmRefund", transaction });

export const lookUpSale = (transaction: number, when: "tooEarly" | "inTime"): FlowAction => ({
  type: "lookUpSale",
  transaction,
  tooEarly: when === "tooEarly",
});

export const resend = (transaction = 0): FlowAction => ({ type: "resend", transaction });

export const resolve = (transaction: number, resolution: "confirmed" | "reversed"): FlowAction => ({
  type: "resolve",
  transaction,
  resolution,
});

export const recover: FlowAction = { type: "recover" };

export const waitForAll: FlowAction = { type: "waitForAll" };

export const setProvider = (condition: ProviderCondition): FlowAction => ({ type: "setProvider", condition });
