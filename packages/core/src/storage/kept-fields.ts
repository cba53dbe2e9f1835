// What redaction keeps of a message, field by field. docs/stored-data.md shows this table, and a test compares the two.
//
// Rules
// 1. A field that stands nowhere here is dropped, name and all: a stranger's field name may hold a code.
// 2. A field that is kept has a *form*, and its value stays only if it has that form. A gateway may write anything into any field. What
//    has another form is masked.
// 3. A field without a form is always masked. Its name stays, since the machines ask whether it is there.
// 4. No form depends on anything but the value, and all that the machines decide by has its form. So they decide by the redacted
//    message as by the whole one.
// 5. What the parties choose as they like is open: a stricter redactor may mask it (`RedactText`). The rest is ids, times, money and
//    Electrum's own words.

/** Whether a value of a kept field stays. */
export interface Form {
  /** What the value must be, for the table. */
  readonly meaning: string;
  /** Whether a stricter redactor is asked. */
  readonly isOpen?: true;
  keeps(value: string | number): boolean;
}

/** The fields of a message that are known: each is kept by its form, always masked, or holds fields itself. */
export type Shape = ReadonlyMap<string, Form | "masked" | Shape>;

export const isForm = (place: Form | Shape): place is Form => "keeps" in place;

const textForm = (meaning: string, pattern: RegExp): Form => ({
  meaning,
  keeps: (value) => typeof value === "string" && pattern.test(value),
});

const uuid = textForm("a UUID", /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);

const time = textForm("a date and time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/);

/** Electrum's enumerations. With digits it could be a code. */
const word = textForm("words of capital letters, joined by underscores", /^(?=.{1,60}$)[A-Z]+(?:_[A-Z]+)*$/);

/** Every published one has an underscore. One word of capital letters could be a code. */
const errorType = textForm(
  "at least two words of capital letters, joined by underscores",
  /^(?=.{1,60}$)[A-Z]+(?:_[A-Z]+)+$/,
);

/** ISO 8583 has two characters, the providers' own codes have up to five. The shortest codes of vouchers have eight. */
const shortCode: Form = { ...textForm("at most five letters or digits", /^[0-9A-Za-z]{1,5}$/), isOpen: true };

const currency = textForm("three digits", /^\d{3}$/);

/** The parties' own references, which an operator reconciles by. They are as long as their owners make them. */
const reference: Form = { meaning: "any text or number", isOpen: true, keeps: () => true };

/** Eight digits and more, however they are grouped: a voucher's code, a card number, a telephone number. */
const LONG_NUMBER = /\d(?:[ -]?\d){7}/;

const name: Form = {
  meaning: "text of at most 250 characters without a number of eight digits or more",
  isOpen: true,
  keeps: (value) => typeof value === "string" && value.length <= 250 && !LONG_NUMBER.test(value),
};

/** The machines compare amounts, so any number stays. */
const number: Form = { meaning: "a number", keeps: (value) => typeof value === "number" };

const shapeOf = (fields: Readonly<Record<string, Form | "masked" | Shape>>): Shape => new Map(Object.entries(fields));

export const amountShape: Shape = shapeOf({ amount: number, currency, ledgerIndicator: word });

export const amountsShape: Shape = shapeOf({
  requestAmount: amountShape,
  approvedAmount: amountShape,
  feeAmount: amountShape,
  balanceAmount: amountShape,
  additionalAmounts: "masked",
});

export const tenderShape: Shape = shapeOf({
  tenderType: word,
  accountType: word,
  amount: amountShape,
  cardNumber: "masked",
  reference: "masked",
});

const institution = shapeOf({ id: reference, name });

const merchantName = shapeOf({ name, city: name, region: name, country: name });

const errorFields = {
  errorType,
  errorMessage: "masked",
  providerErrorCode: shortCode,
  providerErrorMessage: "masked",
} as const;

/** An error as a state keeps it. */
export const errorShape: Shape = shapeOf({
  ...errorFields,
  status: number,
  isUnnamed: "masked",
  formatErrors: shapeOf({ field: "masked", message: "masked" }),
});

/** One shape for all messages: no field is harmless in one and secret in another. */
export const messageShape: Shape = shapeOf({
  id: uuid,
  requestId: uuid,
  originalId: uuid,
  provisionRequestId: uuid,
  time,
  basketRef: reference,
  tranType: word,
  srcAccType: word,
  destAccType: word,
  stan: reference,
  rrn: reference,
  reversalReason: word,
  ...errorFields,
  providerErrorMsg: "masked",
  detailMessage: shapeOf({ formatErrors: shapeOf({ field: "masked", msg: "masked" }) }),
  redemptionId: uuid,
  receiverTransactionRef: reference,
  voucherCode: "masked",
  voucherSerialNumber: reference,
  receiverInstId: reference,
  settlementEntityInstId: reference,
  originator: shapeOf({
    institution,
    terminalId: reference,
    operatorId: reference,
    channelId: reference,
    merchant: shapeOf({ merchantType: shortCode, merchantId: reference, merchantName }),
  }),
  client: institution,
  settlementEntity: institution,
  receiver: institution,
  thirdPartyIdentifiers: shapeOf({ institutionId: reference, transactionIdentifier: reference }),
  posInfo: shapeOf({
    posConditionCode: word,
    entryMode: shapeOf({ panEntryMode: word, pinEntryCapability: word }),
  }),
  amounts: amountsShape,
  tenders: tenderShape,
  product: shapeOf({
    productId: reference,
    barcode: reference,
    name,
    description: name,
    amount: amountShape,
    minAmount: amountShape,
    maxAmount: amountShape,
    isFixedValue: "masked",
    channelProductListings: "masked",
    receiver: institution,
  }),
  voucher: shapeOf({
    code: "masked",
    serialNumber: reference,
    expiryDate: time,
    redeemInstructions: "masked",
    pin: "masked",
  }),
  recipient: "masked",
  customer: "masked",
  slipData: "masked",
  additionalFields: "masked",
});

/** Who decided something, and why, in the person's own words. */
export const givenReasonShape: Shape = shapeOf({ by: name, reason: name });

/** Who had a record rebuilt, and why, in an operator's own words. */
export const repairShape: Shape = shapeOf({ by: name, reason: name, at: number });

/** A field that redaction knows, and what its value must be to stay; `undefined` if it is always masked. */
export interface KnownField {
  readonly path: string;
  readonly form?: string;
}

/** Every field of a message that redaction knows: the table of docs/stored-data.md. All others are dropped. */
export const knownFields = (shape: Shape = messageShape, above = ""): readonly KnownField[] =>
  [...shape].flatMap(([field, place]): readonly KnownField[] => {
    const path = `${above}${field}`;
    if (place === "masked") return [{ path }];
    return isForm(place) ? [{ path, form: place.meaning }] : knownFields(place, `${path}.`);
  });
