import { looseFieldsOf, isLooseFields, optionalField, texts } from "./lenient.ts";
import type { Amounts, LedgerAmount } from "./amounts.ts";
import type { Institution, ThirdPartyIdentifier } from "./parties.ts";
import type { Product } from "./product.ts";
import { isSameVoucherNumber } from "../voucher-code.ts";

// What a message of Electrum's says, field by field, for a till that shows or books it. It is read leniently: a field that is absent,
// null or not of its type is absent here, and nothing is refused. A third party's identifier that came as a number is given as text.
//
// It holds nothing that can be spent, and no personal data: no code, no pin, no text for the receipt, no card number. A customer's
// voucher is given out by `handOver` alone.

/** What a request or a response says. Each field is absent if the message has none, or a malformed one. */
export interface MessageDetails {
  readonly time?: string;
  /** `approvedAmount` is what Electrum approved, or a voucher's value; `balanceAmount` is what is left on it. */
  readonly amounts?: Amounts;
  readonly product?: ProductDetails;
  readonly voucher?: VoucherDetails;
  readonly client?: Partial<Institution>;
  /** The provider. */
  readonly receiver?: Partial<Institution>;
  readonly settlementEntity?: Partial<Institution>;
  readonly terminalId?: string;
  /** The cashier. */
  readonly operatorId?: string;
  readonly channelId?: string;
  readonly thirdPartyIdentifiers?: readonly ThirdPartyIdentifier[];
  readonly basketRef?: string;
  readonly stan?: string;
  readonly rrn?: string;
}

/** What may be said of a product. */
export interface ProductDetails extends Partial<Omit<Product, "receiver" | "channelProductListings">> {
  readonly receiver?: Partial<Institution>;
}

/** What may be said of a voucher: it names it, and cannot redeem it. */
export interface VoucherDetails {
  readonly serialNumber?: string;
  /** As it came; Electrum's are RFC 3339. */
  readonly expiryDate?: string;
}

/**
 * Reads a request or a response, such as an approval or a voucher that was found.
 *
 * @example
 * readDetails(found.response).amounts?.approvedAmount // { amount: 10000, currency: "710" }
 */
export function readDetails(message: unknown): MessageDetails {
  const fields = looseFieldsOf(message);
  const originator = looseFieldsOf(fields["originator"]);
  return {
    ...texts(fields, ["time", "basketRef", "stan", "rrn"]),
    ...texts(originator, ["terminalId", "operatorId", "channelId"]),
    ...optionalField("amounts", readAmounts(fields["amounts"])),
    ...optionalField("product", readProduct(fields["product"])),
    ...optionalField("voucher", readVoucherDetails(fields["voucher"])),
    ...optionalField("client", readInstitution(fields["client"])),
    ...optionalField("receiver", readInstitution(fields["receiver"])),
    ...optionalField("settlementEntity", readInstitution(fields["settlementEntity"])),
    ...optionalField("thirdPartyIdentifiers", readIdentifiers(fields["thirdPartyIdentifiers"])),
  };
}

/** What a voucher is called; `undefined` if the message holds none. */
export function readVoucherDetails(voucher: unknown): VoucherDetails | undefined {
  if (!isLooseFields(voucher)) return undefined;
  // Some providers number their vouchers by their codes.
  const isSecret = isSameVoucherNumber(voucher["code"], voucher["serialNumber"]);
  return texts(voucher, isSecret ? ["expiryDate"] : ["serialNumber", "expiryDate"]);
}

function readAmounts(value: unknown): Amounts | undefined {
  if (!isLooseFields(value)) return undefined;
  return {
    ...optionalField("requestAmount", readAmount(value["requestAmount"])),
    ...optionalField("approvedAmount", readAmount(value["approvedAmount"])),
    ...optionalField("feeAmount", readAmount(value["feeAmount"])),
    ...optionalField("balanceAmount", readAmount(value["balanceAmount"])),
    ...optionalField("additionalAmounts", readAdditionalAmounts(value["additionalAmounts"])),
  };
}

function readAmount(value: unknown): LedgerAmount | undefined {
  const { amount, currency, ledgerIndicator } = looseFieldsOf(value);
  if (typeof amount !== "number" || !Number.isSafeInteger(amount)) return undefined;
  // Electrum's own test pack writes a currency as a number.
  const code = typeof currency === "number" ? String(currency).padStart(3, "0") : currency;
  if (typeof code !== "string") return undefined;
  return {
    amount,
    currency: code,
    ...(ledgerIndicator === "DEBIT" || ledgerIndicator === "CREDIT" ? { ledgerIndicator } : {}),
  };
}

function readAdditionalAmounts(value: unknown): Amounts["additionalAmounts"] {
  if (!isLooseFields(value)) return undefined;
  const amounts = Object.entries(value).flatMap(([name, inner]) => {
    const amount = readAmount(inner);
    return amount === undefined ? [] : [[name, amount] as const];
  });
  return Object.fromEntries(amounts);
}

/** What a message says of a product; `undefined` if it holds none. */
export function readProduct(value: unknown): ProductDetails | undefined {
  if (!isLooseFields(value)) return undefined;
  return {
    ...texts(value, ["productId", "barcode", "name", "description"]),
    ...optionalField("amount", readAmount(value["amount"])),
    ...optionalField("minAmount", readAmount(value["minAmount"])),
    ...optionalField("maxAmount", readAmount(value["maxAmount"])),
    ...(typeof value["isFixedValue"] === "boolean" ? { isFixedValue: value["isFixedValue"] } : {}),
    ...optionalField("receiver", readInstitution(value["receiver"])),
  };
}

const readInstitution = (value: unknown): Partial<Institution> | undefined =>
  isLooseFields(value) ? texts(value, ["id", "name"]) : undefined;

function readIdentifiers(value: unknown): readonly ThirdPartyIdentifier[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((entry) => {
    const [institutionId, transactionIdentifier] = [
      identifierOf(looseFieldsOf(entry)["institutionId"]),
      identifierOf(looseFieldsOf(entry)["transactionIdentifier"]),
    ];
    return institutionId === undefined || transactionIdentifier === undefined
      ? []
      : [{ institutionId, transactionIdentifier }];
  });
}

const identifierOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;
