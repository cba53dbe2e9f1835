import type {
  Address,
  Amounts,
  Customer,
  Institution,
  LedgerAmount,
  Merchant,
  MerchantName,
  Originator,
  Pin,
  PinClear,
  PinEncrypted,
  PinHashed,
  PosInfo,
  Product,
  SlipData,
  SlipLine,
  Tender,
  ThirdPartyIdentifier,
  Voucher,
} from "@electrum-vouchers/core";
import {
  anyObject,
  type Check,
  flag,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  optional,
  required,
  text,
  variant,
  wholeNumber,
} from "./check.ts";

/** Only 8-4-4-4-12 hexadecimal digits: Electrum's own examples are not valid version 4 UUIDs. */
export const uuidCheck: Check<string> = text({
  matching: [/^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/, "a UUID (8-4-4-4-12)"],
});

/** A leap second is written as :60. */
const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** RFC 3339, section 5.6, on a day that exists. */
export const dateTimeCheck: Check<string> = {
  findErrors: (value, field) =>
    typeof value === "string" && isDateTime(value)
      ? []
      : [{ field, msg: "must be an RFC 3339 date and time, such as 2026-11-21T09:30:00.000Z" }],
  schema: () => ({ type: "string", description: "RFC 3339, section 5.6", pattern: RFC_3339.source }),
};

function isDateTime(value: string): boolean {
  const [year, month, day] = (RFC_3339.exec(value) ?? []).slice(1, 4).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

/** Day 0 of the next month is the last of this one. `Date` takes years below 100 for 19xx; the calendar repeats after 400 years. */
const daysIn = (year: number, month: number): number => new Date(Date.UTC(year + 400, month, 0)).getUTCDate();

const ledgerAmountCheck: Check<LedgerAmount> = object<LedgerAmount>({
  amount: required(wholeNumber()),
  currency: required(text({ matching: [/^[0-9]{3}$/, "an ISO 4217 numeric currency"] })),
  ledgerIndicator: optional(oneOf("DEBIT", "CREDIT")),
});

export const amountsCheck: Check<Amounts> = object<Amounts>({
  requestAmount: optional(ledgerAmountCheck),
  approvedAmount: optional(ledgerAmountCheck),
  feeAmount: optional(ledgerAmountCheck),
  balanceAmount: optional(ledgerAmountCheck),
  additionalAmounts: optional(mapOf(ledgerAmountCheck)),
});

export const institutionCheck: Check<Institution> = object<Institution>({
  id: required(text()),
  name: required(text({ max: 40 })),
});

const merchantNameCheck: Check<MerchantName> = object<MerchantName>({
  name: required(text({ max: 23 })),
  city: required(text({ max: 13 })),
  region: required(text({ max: 2 })),
  country: required(text({ max: 2 })),
});

const merchantCheck: Check<Merchant> = object<Merchant>({
  merchantType: required(text({ matching: [/^[0-9]{4}$/, "four digits"] })),
  merchantId: required(text({ exactly: 15 })),
  merchantName: required(merchantNameCheck),
});

export const originatorCheck: Check<Originator> = object<Originator>({
  institution: required(institutionCheck),
  terminalId: required(text({ exactly: 8 })),
  merchant: required(merchantCheck),
  operatorId: optional(text({ max: 30 })),
  channelId: optional(text({ max: 50 })),
});

export const thirdPartyIdentifierCheck: Check<ThirdPartyIdentifier> = object<ThirdPartyIdentifier>({
  institutionId: required(text()),
  transactionIdentifier: required(text()),
});

export const tenderCheck: Check<Tender> = object<Tender>({
  amount: required(ledgerAmountCheck),
  tenderType: required(
    oneOf("CASH", "CHEQUE", "CREDIT_CARD", "DEBIT_CARD", "WALLET", "ROUNDING", "GIFT_CARD", "LOYALTY_CARD", "OTHER"),
  ),
  accountType: optional(
    oneOf("DEFAULT", "SAVINGS", "CHEQUE", "CREDIT", "UNIVERSAL", "ELECTRONIC_PURSE", "STORED_VALUE"),
  ),
  cardNumber: optional(
    text({ matching: [/^[0-9]{6}[0-9*]{0,13}$/, "six digits, then at most 13 digits or asterisks"] }),
  ),
  reference: optional(text({ max: 40 })),
});

const pinClearCheck: Check<PinClear> = object<PinClear>({
  type: required(oneOf("CLEAR_PIN")),
  pin: required(text({ max: 20 })),
});

const INT32 = 2 ** 31;

const pinEncryptedCheck: Check<PinEncrypted> = object<PinEncrypted>({
  type: required(oneOf("ENCRYPTED_PIN")),
  pinBlock: required(text({ matching: [/^[a-fA-F0-9]{16}$/, "16 hexadecimal digits"] })),
  encryptionParameters: optional(
    object<NonNullable<PinEncrypted["encryptionParameters"]>>({
      accountNumber: required(text({ matching: [/^[0-9]{12}$/, "12 digits"] })),
      pinBlockFormat: optional(oneOf("ISO_9564_FORMAT_0", "ISO_9564_FORMAT_1", "ISO_9564_FORMAT_3")),
      keyIndex: optional(wholeNumber(-INT32, INT32 - 1)),
    }),
  ),
});

const pinHashedCheck: Check<PinHashed> = object<PinHashed>({
  type: required(oneOf("HASHED_PIN")),
  hash: required(text({ matching: [/^[0-9,A-F]{1,512}$/, "1 to 512 hexadecimal digits or commas"] })),
  hashedPinParameters: optional(
    object<NonNullable<PinHashed["hashedPinParameters"]>>({ name: required(text({ max: 20 })) }),
  ),
});

const pinCheck: Check<Pin> = variant<Pin>("type", {
  CLEAR_PIN: pinClearCheck,
  ENCRYPTED_PIN: pinEncryptedCheck,
  HASHED_PIN: pinHashedCheck,
});

export const voucherCheck: Check<Voucher> = object<Voucher>({
  code: optional(text({ max: 40 })),
  expiryDate: optional(dateTimeCheck),
  redeemInstructions: optional(listOf(text())),
  serialNumber: optional(text({ max: 40 })),
  pin: optional(pinCheck),
});

/** A voucher to redeem or refund. Electrum's documentation requires the code, though its schema does not. */
export const voucherWithCodeCheck: Check<Voucher & { readonly code: string }> = object<
  Voucher & { readonly code: string }
>({
  code: required(text({ max: 40 })),
  expiryDate: optional(dateTimeCheck),
  redeemInstructions: optional(listOf(text())),
  serialNumber: optional(text({ max: 40 })),
  pin: optional(pinCheck),
});

export const productCheck: Check<Product> = object<Product>({
  productId: required(text({ matching: [/^[0-9A-Za-z]{1,40}$/, "1 to 40 letters and digits"] })),
  barcode: optional(text({ matching: [/^[0-9A-Za-z]{1,13}$/, "1 to 13 letters and digits"] })),
  name: optional(text({ min: 1, max: 40 })),
  amount: optional(ledgerAmountCheck),
  description: optional(text({ max: 250 })),
  minAmount: optional(ledgerAmountCheck),
  maxAmount: optional(ledgerAmountCheck),
  isFixedValue: optional(flag),
  channelProductListings: optional(listOf(anyObject)),
  receiver: optional(institutionCheck),
});

const slipLineCheck: Check<SlipLine> = object<SlipLine>({
  text: required(text()),
  fontWidthScaleFactor: optional(number),
  fontHeightScaleFactor: optional(number),
  line: optional(flag),
  cut: optional(flag),
  barcode: optional(object<NonNullable<SlipLine["barcode"]>>({ data: required(text()), encoding: required(text()) })),
});

export const slipDataCheck: Check<SlipData> = object<SlipData>({
  messageLines: optional(listOf(slipLineCheck)),
  slipWidth: optional(wholeNumber(-INT32, INT32 - 1)),
  issuerReference: optional(text({ matching: [/^[A-Z0-9]{1,40}$/, "1 to 40 capital letters and digits"] })),
});

const addressCheck: Check<Address> = object<Address>({
  addressLine1: optional(text({ min: 1, max: 100 })),
  addressLine2: optional(text({ min: 1, max: 100 })),
  city: optional(text({ min: 1, max: 30 })),
  region: optional(text({ matching: [/^[A-Z]{2}$/, "two capital letters"] })),
  country: optional(text({ matching: [/^[A-Z]{2}$/, "two capital letters"] })),
  postalCode: optional(text({ matching: [/^[A-Za-z0-9 -]{1,20}$/, "1 to 20 letters, digits, spaces or hyphens"] })),
});

export const customerCheck: Check<Customer> = object<Customer>({
  firstName: optional(text({ max: 40 })),
  lastName: optional(text({ max: 40 })),
  address: optional(text({ max: 80 })),
  addressDetails: optional(addressCheck),
  dateOfBirth: optional(dateTimeCheck),
  status: optional(text()),
  profileId: optional(text()),
  msisdn: optional(text({ matching: [/^\+?[1-9][0-9]{0,14}$/, "a telephone number in E.164 form"] })),
  emailAddress: optional(text({ matching: [/^[^\s@]+@[^\s@]+$/, "an e-mail address"] })),
});

export const posInfoCheck: Check<PosInfo> = object<PosInfo>({
  entryMode: optional(
    object<NonNullable<PosInfo["entryMode"]>>({
      panEntryMode: required(
        oneOf(
          "UNKNOWN",
          "MANUAL",
          "MAGSTRIPE_NO_CVV",
          "BARCODE",
          "OCR",
          "ICC_CVV",
          "CONTACTLESS_ICC",
          "MAGSTRIPE_CVV",
          "CONTACTLESS_MAGSTRIPE",
          "ICC_NO_CVV",
          "ORIG_MODE",
          "FALLBACK",
        ),
      ),
      pinEntryCapability: required(oneOf("UNKNOWN", "CAN_ACCEPT", "CANNOT_ACCEPT")),
    }),
  ),
  posConditionCode: optional(
    oneOf(
      "NORMAL_PRESENTMENT",
      "CUSTOMER_NOT_PRESENT",
      "CUSTOMER_PRESENT_AND_CARD_NOT_PRESENT",
      "CUSTOMER_IDENTITY_VERIFIED",
      "PUBLIC_UTILITY_TERMINAL",
      "CUSTOMER_TERMINAL",
      "MANUAL_REVERSAL",
      "UNATTENDED_TERMINAL_AND_CARD_CAN_BE_RETAINED",
      "UNATTENDED_TERMINAL_AND_CARD_CANNOT_BE_RETAINED",
    ),
  ),
});
