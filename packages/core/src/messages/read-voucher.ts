import { booleans, type LooseFields, looseFieldsOf, isLooseFields, numbers, optionalField, texts } from "./lenient.ts";
import type { SlipData, SlipLine } from "./slip-data.ts";

/** A voucher. Anyone who reads it can spend it: never log it. */
export interface VoucherForCustomer {
  readonly code: string;
  readonly pin?: PinForCustomer;
  readonly serialNumber?: string;
  /** As it came; Electrum's are RFC 3339. */
  readonly expiryDate?: string;
  /** Lines for the slip. */
  readonly redeemInstructions?: readonly string[];
}

/** A pin as it came. Its `type` is `CLEAR_PIN`, `ENCRYPTED_PIN` or `HASHED_PIN`, and says which of the others there is. */
export interface PinForCustomer {
  readonly type?: string;
  readonly pin?: string;
  readonly pinBlock?: string;
  readonly hash?: string;
}

/** The voucher that a response holds; `undefined` if it has no code. */
export function readVoucher(voucher: unknown): VoucherForCustomer | undefined {
  const fields = looseFieldsOf(voucher);
  const { code, redeemInstructions } = fields;
  if (typeof code !== "string") return undefined;
  return {
    code,
    ...optionalField("pin", readPin(fields["pin"])),
    ...texts(fields, ["serialNumber", "expiryDate"]),
    ...(isTextList(redeemInstructions) ? { redeemInstructions } : {}),
  };
}

const readPin = (pin: unknown): PinForCustomer | undefined =>
  isLooseFields(pin) ? texts(pin, ["type", "pin", "pinBlock", "hash"]) : undefined;

/** The text for the receipt. A line without text is left out. */
export function readSlipData(slipData: unknown): SlipData | undefined {
  if (!isLooseFields(slipData)) return undefined;
  const { messageLines } = slipData;
  return {
    ...(Array.isArray(messageLines) ? { messageLines: messageLines.filter(isLooseFields).flatMap(readSlipLine) } : {}),
    ...numbers(slipData, ["slipWidth"]),
    ...texts(slipData, ["issuerReference"]),
  };
}

function readSlipLine(fields: LooseFields): readonly SlipLine[] {
  const { text } = fields;
  if (typeof text !== "string") return [];
  const { data, encoding } = looseFieldsOf(fields["barcode"]);
  return [
    {
      text,
      ...numbers(fields, ["fontWidthScaleFactor", "fontHeightScaleFactor"]),
      ...booleans(fields, ["line", "cut"]),
      ...(typeof data === "string" && typeof encoding === "string" ? { barcode: { data, encoding } } : {}),
    },
  ];
}

const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((line) => typeof line === "string");
