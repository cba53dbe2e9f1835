import * as v from "valibot";
import { strictObject } from "../strict-object.ts";
import { int32Schema } from "./integer.ts";
import { dateTimeSchema, textMatching, textUpTo } from "./text.ts";

/** The voucher. Anyone who reads its `code` and `pin` can spend it: never log them. */
export interface Voucher {
  /** What the customer redeems; at most 40 characters. */
  readonly code?: string;
  readonly expiryDate?: string;
  /** Lines for the slip. */
  readonly redeemInstructions?: readonly string[];
  /** Identifies the voucher, but cannot redeem it; at most 40 characters. */
  readonly serialNumber?: string;
  readonly pin?: Pin;
}

export type Pin = PinClear | PinEncrypted | PinHashed;

export interface PinClear {
  readonly type: "CLEAR_PIN";
  readonly pin: string;
}

export interface PinEncrypted {
  readonly type: "ENCRYPTED_PIN";
  readonly pinBlock: string;
  readonly encryptionParameters?: {
    readonly accountNumber: string;
    readonly pinBlockFormat?: "ISO_9564_FORMAT_0" | "ISO_9564_FORMAT_1" | "ISO_9564_FORMAT_3";
    readonly keyIndex?: number;
  };
}

export interface PinHashed {
  readonly type: "HASHED_PIN";
  readonly hash: string;
  readonly hashedPinParameters?: { readonly name: string };
}

const pinSchema: v.GenericSchema<Pin> = v.variant("type", [
  strictObject({ type: v.literal("CLEAR_PIN"), pin: textUpTo(20) }),
  strictObject({
    type: v.literal("ENCRYPTED_PIN"),
    pinBlock: textMatching(/^[a-fA-F0-9]{16}$/, "16 hexadecimal digits"),
    encryptionParameters: v.exactOptional(
      strictObject({
        accountNumber: textMatching(/^[0-9]{12}$/, "12 digits"),
        pinBlockFormat: v.exactOptional(v.picklist(["ISO_9564_FORMAT_0", "ISO_9564_FORMAT_1", "ISO_9564_FORMAT_3"])),
        keyIndex: v.exactOptional(int32Schema),
      }),
    ),
  }),
  strictObject({
    type: v.literal("HASHED_PIN"),
    hash: textMatching(/^[0-9,A-F]{1,512}$/, "1 to 512 hexadecimal digits or commas"),
    hashedPinParameters: v.exactOptional(strictObject({ name: textUpTo(20) })),
  }),
]);

export const voucherSchema: v.GenericSchema<Voucher> = strictObject({
  code: v.exactOptional(textUpTo(40)),
  expiryDate: v.exactOptional(dateTimeSchema),
  redeemInstructions: v.exactOptional(v.array(v.string())),
  serialNumber: v.exactOptional(textUpTo(40)),
  pin: v.exactOptional(pinSchema),
});

/** A voucher to redeem. Electrum's documentation requires the code, though its schema does not. */
export const redeemableVoucherSchema: v.GenericSchema<Voucher & { readonly code: string }> = strictObject({
  code: v.pipe(v.string(), v.minLength(1, "must not be empty"), v.maxLength(40, "must have at most 40 characters")),
  expiryDate: v.exactOptional(dateTimeSchema),
  redeemInstructions: v.exactOptional(v.array(v.string())),
  serialNumber: v.exactOptional(textUpTo(40)),
  pin: v.exactOptional(pinSchema),
});

/** The request without the voucher's pin or PIN block, as it is stored. */
export function withoutPin<Request extends { readonly voucher: Voucher }>(request: Request): Request;
export function withoutPin(request: { readonly voucher: Voucher }): { readonly voucher: Voucher } {
  if (request.voucher.pin === undefined) return request;
  const { pin: _, ...voucher } = request.voucher;
  return { ...request, voucher };
}
