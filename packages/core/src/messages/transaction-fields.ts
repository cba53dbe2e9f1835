import * as v from "valibot";
import { type MessageReferences, referenceEntries } from "./advices.ts";
import {
  type Institution,
  institutionSchema,
  type Originator,
  originatorSchema,
  type ThirdPartyIdentifier,
  thirdPartyIdentifiersSchema,
} from "./parties.ts";
import { type PosInfo, posInfoSchema } from "./pos-info.ts";
import { type SlipData, slipDataSchema } from "./slip-data.ts";
import { dateTimeSchema } from "./text.ts";
import { type Uuid, uuidV4Schema } from "./uuid.ts";

/** The fields that every financial request and its response share (Electrum's `Transaction`). */
export interface TransactionFields extends MessageReferences {
  /** A random UUID that names the transaction. Every later message refers to it. */
  readonly id: Uuid;
  /** The time by the sender's clock, RFC 3339. */
  readonly time: string;
  readonly originator: Originator;
  /** The sender; `client.id` is also the user name of the Basic authentication. */
  readonly client: Institution;
  readonly settlementEntity?: Institution;
  /** The provider that processes the request in the end. Also a routing hint. */
  readonly receiver?: Institution;
  readonly thirdPartyIdentifiers: readonly ThirdPartyIdentifier[];
  readonly slipData?: SlipData;
  /** Groups otherwise separate transactions. */
  readonly basketRef?: string;
  readonly tranType?: (typeof tranTypes)[number];
  readonly srcAccType?: (typeof accountTypes)[number];
  readonly destAccType?: (typeof accountTypes)[number];
  readonly posInfo?: PosInfo;
}

const tranTypes = [
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
] as const;

const accountTypes = [
  "DEFAULT",
  "SAVINGS",
  "CHEQUE",
  "CREDIT",
  "UNIVERSAL",
  "ELECTRONIC_PURSE",
  "GIFT_CARD",
  "STORED_VALUE",
] as const;

/** The schema entries of these fields, to spread into the schema of each message that has them. */
export const transactionEntries: {
  readonly [Field in keyof Required<TransactionFields>]: undefined extends TransactionFields[Field]
    ? v.ExactOptionalSchema<v.GenericSchema<NonNullable<TransactionFields[Field]>>, undefined>
    : v.GenericSchema<NonNullable<TransactionFields[Field]>>;
} = {
  id: uuidV4Schema,
  time: dateTimeSchema,
  originator: originatorSchema,
  client: institutionSchema,
  settlementEntity: v.exactOptional(institutionSchema),
  receiver: v.exactOptional(institutionSchema),
  thirdPartyIdentifiers: thirdPartyIdentifiersSchema,
  slipData: v.exactOptional(slipDataSchema),
  basketRef: v.exactOptional(v.string()),
  tranType: v.exactOptional(v.picklist(tranTypes)),
  srcAccType: v.exactOptional(v.picklist(accountTypes)),
  destAccType: v.exactOptional(v.picklist(accountTypes)),
  ...referenceEntries,
  posInfo: v.exactOptional(posInfoSchema),
};
