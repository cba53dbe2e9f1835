import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import type { Provision, ProvisionCompleted } from "./machines/provision-state.ts";
import type { Confirmed, Confirming } from "./machines/finalization-state.ts";
import type { Transaction } from "./transaction.ts";

/** A sale whose voucher may be given to the customer: its confirmation is decided, durably, or it needs none. */
export type SoldProvision = Provision<Confirming | Confirmed | ProvisionCompleted>;

export const canHandOver = (transaction: Transaction): transaction is SoldProvision =>
  transaction.kind === "provision" &&
  (transaction.state === "confirming" || transaction.state === "confirmed" || transaction.state === "completed");

/** What the customer is handed, as Electrum sent it. Anyone who reads it can spend it: never log it. */
export interface VoucherForCustomer {
  readonly code: string;
  /** `CLEAR_PIN`, `ENCRYPTED_PIN` or `HASHED_PIN`, with its fields. */
  readonly pin?: JsonObject;
  readonly serialNumber?: string;
  readonly expiryDate?: string;
  /** Lines for the slip. */
  readonly redeemInstructions?: readonly string[];
  /** Text for the receipt; it may repeat the code. */
  readonly slipData?: JsonObject;
}

/**
 * Gives out the voucher of a sale. There is no other way to its code and pin.
 *
 * @throws {TypeError} if the approval holds no voucher with a code. The core never makes such a sale.
 * @example
 * if (canHandOver(sale)) print(handOver(sale).code)
 */
export function handOver({ approval }: SoldProvision): VoucherForCustomer {
  const { voucher, slipData } = approval.response;
  if (!isJsonObject(voucher) || typeof voucher["code"] !== "string") {
    throw new TypeError("an approved provision always holds a voucher with a code");
  }
  const { code, pin, serialNumber, expiryDate, redeemInstructions } = voucher;
  return {
    code,
    ...(isJsonObject(pin) ? { pin } : {}),
    ...(typeof serialNumber === "string" ? { serialNumber } : {}),
    ...(typeof expiryDate === "string" ? { expiryDate } : {}),
    ...(isTextList(redeemInstructions) ? { redeemInstructions } : {}),
    ...(isJsonObject(slipData) ? { slipData } : {}),
  };
}

const isTextList = (value: Json | undefined): value is readonly string[] =>
  Array.isArray(value) && value.every((line) => typeof line === "string");
