import {
  exclusiveTextOf,
  type ProvisionRequest,
  type RedemptionRequest,
  refundTextOf,
  type Uuid,
} from "@electrum-vouchers/core";
import type { Outbox } from "@electrum-vouchers/core/ports";
import { okAsync, Result, type ResultAsync } from "neverthrow";
import { createHmac } from "node:crypto";
import { refusedMessage, type TillError } from "./errors.ts";

// The keys that at most one transaction of a store may hold. A key may be made of a voucher's code, so it is hashed under the store's own secret:
// the column gives no more away than the record beside it, and a key from one store is not known in another.

/** Says what makes two sales the same, such as a basket's number; `undefined` if any number of this sale may be open. */
export type SaleIdentity = (request: ProvisionRequest) => string | undefined;

/** Makes the keys that a start and a redeem take. */
export interface KeyMaker {
  /** `undefined`: it takes none. */
  ofSale(request: ProvisionRequest): ResultAsync<string | undefined, TillError>;
  ofRedemption(request: RedemptionRequest): ResultAsync<string, TillError>;
  /** That of the refund of this number, of a redemption's refunds. */
  ofRefund(redemptionId: Uuid, number: number): ResultAsync<string, TillError>;
}

/** In characters. It names a sale, and does not describe it. */
const MAX_SALE_IDENTITY = 1_000;

export function createKeyMaker(outbox: Pick<Outbox, "secret">, identify: SaleIdentity | undefined): KeyMaker {
  let known: string | undefined;

  const secret = (): ResultAsync<string, TillError> =>
    known === undefined
      ? outbox
          .secret()
          .andTee((found) => {
            known = found;
          })
          .mapErr((error): TillError => ({ type: "outboxUnavailable", error }))
      : okAsync(known);

  const keyOf = (text: string): ResultAsync<string, TillError> =>
    secret().map((key) => createHmac("sha256", key).update(text, "utf8").digest("base64url"));

  return {
    ofSale: (request) =>
      identifySale(identify, request).asyncAndThen((identity) =>
        identity === undefined ? okAsync<string | undefined, TillError>(undefined) : keyOf(`provision ${identity}`),
      ),
    ofRedemption: ({ voucher }) => keyOf(exclusiveTextOf(voucher.code)),
    ofRefund: (redemptionId, number) => keyOf(refundTextOf(redemptionId, number)),
  };
}

/** The function is the till's owner's: it may throw, or give something else. */
function identifySale(
  identify: SaleIdentity | undefined,
  request: ProvisionRequest,
): Result<string | undefined, TillError> {
  const expected = `must give a text of 1 to ${MAX_SALE_IDENTITY} characters, or undefined, and not throw`;
  const isIdentity = (identity: unknown): boolean =>
    identity === undefined || (typeof identity === "string" && identity !== "" && identity.length <= MAX_SALE_IDENTITY);
  return Result.fromThrowable(
    () => {
      const identity = identify?.(request);
      if (!isIdentity(identity)) throw new TypeError(expected);
      return identity;
    },
    () => refusedMessage([{ path: "saleIdentity", expected }]),
  )();
}
