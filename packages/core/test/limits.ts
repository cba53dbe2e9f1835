import {
  type Limit,
  long,
  noText,
  text,
  textUpTo,
  textOfExactly,
  matching,
  oneOf,
  yesOrNo,
  noNumber,
  int32,
  double,
  uuidV4,
  dateTime,
  digits,
  lengthsOf,
  lettersAndDigits,
  characters,
  twoCapitals,
  under,
} from "./limit-kinds.ts";

const amount: Readonly<Record<string, Limit>> = {
  amount: {
    fits: [0, 79_995, -5, Number.MAX_SAFE_INTEGER],
    breaks: [
      ...noNumber,
      ...[0.5, Number.MAX_SAFE_INTEGER + 1, Infinity].map(
        (each) => [each, "must be a whole number of minor units"] as const,
      ),
    ],
  },
  currency: digits(3, "an ISO 4217 numeric currency, such as 710"),
  ledgerIndicator: oneOf("DEBIT", "CREDIT"),
};

/** What is asked for or approved. */
const positiveAmount: Readonly<Record<string, Limit>> = {
  ...amount,
  amount: {
    fits: [0, 79_995, Number.MAX_SAFE_INTEGER],
    breaks: [...(amount["amount"]?.breaks ?? []), [-1, "must not be below zero"]],
  },
};

export const amounts: Readonly<Record<string, Limit>> = {
  ...under("requestAmount", positiveAmount),
  ...under("approvedAmount", positiveAmount),
  ...under("feeAmount", amount),
  ...under("balanceAmount", amount),
  ...under("additionalAmounts.tip", amount),
};

export const tender: Readonly<Record<string, Limit>> = {
  ...under("amount", amount),
  tenderType: oneOf(
    "CASH",
    "CHEQUE",
    "CREDIT_CARD",
    "DEBIT_CARD",
    "WALLET",
    "ROUNDING",
    "GIFT_CARD",
    "LOYALTY_CARD",
    "OTHER",
  ),
  accountType: oneOf("DEFAULT", "SAVINGS", "CHEQUE", "CREDIT", "UNIVERSAL", "ELECTRONIC_PURSE", "STORED_VALUE"),
  cardNumber: matching(
    "a masked card number: six digits, then digits or *",
    ["123456", "1234567890", "123456******7890", `123456${"*".repeat(13)}`],
    ["", "12345", "12345*", `123456${"*".repeat(14)}`, "123456_"],
  ),
  reference: textUpTo(40),
};

const institution: Readonly<Record<string, Limit>> = { id: text, name: textUpTo(40) };

const accountTypes = oneOf(
  "DEFAULT",
  "SAVINGS",
  "CHEQUE",
  "CREDIT",
  "UNIVERSAL",
  "ELECTRONIC_PURSE",
  "GIFT_CARD",
  "STORED_VALUE",
);

const originator: Readonly<Record<string, Limit>> = {
  ...under("institution", institution),
  terminalId: textOfExactly(8),
  "merchant.merchantType": digits(4, "a merchant category code of four digits"),
  "merchant.merchantId": textOfExactly(15),
  "merchant.merchantName.name": textUpTo(23),
  "merchant.merchantName.city": textUpTo(13),
  "merchant.merchantName.region": textUpTo(2),
  "merchant.merchantName.country": textUpTo(2),
  operatorId: textUpTo(30),
  channelId: textUpTo(50),
};

const slipData: Readonly<Record<string, Limit>> = {
  "messageLines.0.text": text,
  "messageLines.0.fontWidthScaleFactor": double,
  "messageLines.0.fontHeightScaleFactor": double,
  "messageLines.0.line": yesOrNo,
  "messageLines.0.cut": yesOrNo,
  "messageLines.0.barcode.data": text,
  "messageLines.0.barcode.encoding": text,
  slipWidth: int32,
  issuerReference: matching("1 to 40 capital letters and digits", lengthsOf("A", 40), ["", "A".repeat(41), "a", "A-1"]),
};

/** Limits of the fields that every financial request has. */
const transaction: Readonly<Record<string, Limit>> = {
  id: uuidV4,
  time: dateTime,
  ...under("originator", originator),
  ...under("client", institution),
  ...under("settlementEntity", institution),
  ...under("receiver", institution),
  "thirdPartyIdentifiers.0.institutionId": text,
  "thirdPartyIdentifiers.0.transactionIdentifier": text,
  ...under("slipData", slipData),
  basketRef: text,
  tranType: oneOf(
    "GOODS_AND_SERVICES",
    "CASH_WITHDRAWAL",
    "DEBIT_ADJUSTMENT",
    "GOODS_AND_SERVICES_WITH_CASH_BACK",
    "NON_CASH",
    "RETURNS",
    "DEPOSIT",
    "CREDIT_ADJUSTMENT",
    "GENERAL_CREDIT",
    "AVAILABLE_FUNDS_INQUIRY",
    "BALANCE_INQUIRY",
    "GENERAL_INQUIRY",
    "CARD_VERIFICATION_INQUIRY",
    "CARDHOLDER_ACCOUNTS_TRANSFER",
    "GENERAL_TRANSFER",
    "PAYMENT_FROM_ACCOUNT",
    "GENERAL_PAYMENT",
    "PAYMENT_TO_ACCOUNT",
    "PAYMENT_FROM_ACCOUNT_TO_ACCOUNT",
    "PLACE_HOLD_ON_CARD",
    "GENERAL_ADMIN",
    "CHANGE_PIN",
    "CARD_HOLDER_INQUIRY",
    "POINTS_INQUIRY",
  ),
  srcAccType: accountTypes,
  destAccType: accountTypes,
  stan: textUpTo(100),
  rrn: textUpTo(100),
  "posInfo.entryMode.panEntryMode": oneOf(
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
  "posInfo.entryMode.pinEntryCapability": oneOf("UNKNOWN", "CAN_ACCEPT", "CANNOT_ACCEPT"),
  "posInfo.posConditionCode": oneOf(
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
};

const customer: Readonly<Record<string, Limit>> = {
  firstName: textUpTo(40),
  lastName: textUpTo(40),
  address: textUpTo(80),
  "addressDetails.addressLine1": characters(100),
  "addressDetails.addressLine2": characters(100),
  "addressDetails.city": characters(30),
  "addressDetails.region": twoCapitals,
  "addressDetails.country": twoCapitals,
  "addressDetails.postalCode": matching(
    "1 to 20 letters, digits, spaces or hyphens",
    ["8001", "SW1A 1AA-z", "9".repeat(20)],
    ["", "9".repeat(21), "8_01"],
  ),
  dateOfBirth: dateTime,
  status: text,
  profileId: text,
  msisdn: matching(
    "a telephone number in E.164 form",
    ["1", "+27821234567", "9".repeat(15)],
    ["", "+", "0821234567", "9".repeat(16), "+27 82", "27a"],
  ),
  emailAddress: matching("an e-mail address", ["a@b.co"], ["", "a", "a@b", "@b.co", "a b@c.de"]),
};

const voucher: Readonly<Record<string, Limit>> = {
  code: textUpTo(40),
  expiryDate: dateTime,
  "redeemInstructions.0": text,
  serialNumber: textUpTo(40),
  "pin.pin": textUpTo(20),
};

/** Limits of the other two kinds of pin. */
export const encryptedPin: Readonly<Record<string, Limit>> = {
  pinBlock: matching(
    "16 hexadecimal digits",
    ["0123456789abcDEF"],
    ["", "0123456789abcde", "0123456789abcdef0", "g".repeat(16)],
  ),
  "encryptionParameters.accountNumber": digits(12, "12 digits"),
  "encryptionParameters.pinBlockFormat": oneOf("ISO_9564_FORMAT_0", "ISO_9564_FORMAT_1", "ISO_9564_FORMAT_3"),
  "encryptionParameters.keyIndex": int32,
};

export const hashedPin: Readonly<Record<string, Limit>> = {
  hash: matching("1 to 512 hexadecimal digits or commas", [...lengthsOf("F", 512), "0,A"], ["", "F".repeat(513), "f"]),
  "hashedPinParameters.name": textUpTo(20),
};

export const provisionRequestLimits: Readonly<Record<string, Limit>> = {
  ...transaction,
  ...under("amounts", amounts),
  ...under("tenders.0", tender),
  ...under("voucher", voucher),
  "product.productId": lettersAndDigits(40),
  "product.barcode": lettersAndDigits(13),
  "product.name": characters(40),
  ...under("product.amount", amount),
  "product.description": textUpTo(250),
  ...under("product.minAmount", amount),
  ...under("product.maxAmount", amount),
  "product.isFixedValue": yesOrNo,
  ...under("product.receiver", institution),
  ...under("recipient", customer),
};

export const redemptionRequestLimits: Readonly<Record<string, Limit>> = {
  ...transaction,
  ...under("voucher", voucher),
  // A voucher to redeem has a code.
  "voucher.code": {
    fits: ["x", long(40)],
    breaks: [...noText, ["", "must not be empty"], [long(41), "must have at most 40 characters"]],
  },
  ...under("amounts", amounts),
  ...under("customer", customer),
};

export const voucherLookupLimits: Readonly<Record<string, Limit>> = {
  voucherCode: textUpTo(40),
  // An id that another party may have made.
  provisionRequestId: matching(
    "a UUID (8-4-4-4-12)",
    ["00000000-0000-0000-0000-000000000000", "ABCDEF01-2345-6789-abcd-ef0123456789"],
    [
      "",
      "0000000000000000000000000000000000",
      "g0000000-0000-0000-0000-000000000000",
      "00000000-0000-0000-0000-0000000000000",
    ],
  ),
  voucherSerialNumber: textUpTo(40),
  receiverInstId: text,
  settlementEntityInstId: text,
};
