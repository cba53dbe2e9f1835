import * as v from "valibot";
import { strictObject } from "../strict-object.ts";
import { areIdentifiersBounded, MAX_IDENTIFIERS, MAX_IDENTIFIERS_BYTES } from "./bounds.ts";
import { textMatching, textOfExactly, textUpTo } from "./text.ts";

/** An organisation that takes part: sender, processor or receiver. */
export interface Institution {
  readonly id: string;
  /** At most 40 characters. */
  readonly name: string;
}

export interface MerchantName {
  /** At most 23 characters. */
  readonly name: string;
  /** At most 13 characters. */
  readonly city: string;
  /** At most 2 characters. */
  readonly region: string;
  /** At most 2 characters. */
  readonly country: string;
}

export interface Merchant {
  /** Merchant category code: four digits. */
  readonly merchantType: string;
  /** Exactly 15 characters. */
  readonly merchantId: string;
  readonly merchantName: MerchantName;
}

/** Where a transaction starts: the institution, the terminal and the merchant. */
export interface Originator {
  readonly institution: Institution;
  /** Exactly 8 characters. */
  readonly terminalId: string;
  readonly merchant: Merchant;
  /** The cashier. At most 30 characters. */
  readonly operatorId?: string;
  /** The channel that the customer uses. At most 50 characters. */
  readonly channelId?: string;
}

/** One party's own reference to the transaction. Every party echoes the entries of the others unaltered. */
export interface ThirdPartyIdentifier {
  readonly institutionId: string;
  readonly transactionIdentifier: string;
}

export const institutionSchema: v.GenericSchema<Institution> = strictObject({ id: v.string(), name: textUpTo(40) });

export const originatorSchema: v.GenericSchema<Originator> = strictObject({
  institution: institutionSchema,
  terminalId: textOfExactly(8),
  merchant: strictObject({
    merchantType: textMatching(/^[0-9]{4}$/, "a merchant category code of four digits"),
    merchantId: textOfExactly(15),
    merchantName: strictObject({
      name: textUpTo(23),
      city: textUpTo(13),
      region: textUpTo(2),
      country: textUpTo(2),
    }),
  }),
  operatorId: v.exactOptional(textUpTo(30)),
  channelId: v.exactOptional(textUpTo(50)),
});

const thirdPartyIdentifierSchema: v.GenericSchema<ThirdPartyIdentifier> = strictObject({
  institutionId: v.string(),
  transactionIdentifier: v.string(),
});

/** They are echoed in every advice of the transaction. */
export const thirdPartyIdentifiersSchema: v.GenericSchema<readonly ThirdPartyIdentifier[]> = v.pipe(
  v.array(thirdPartyIdentifierSchema),
  v.check(
    (identifiers) => areIdentifiersBounded(identifiers),
    `must be at most ${MAX_IDENTIFIERS} identifiers, and ${MAX_IDENTIFIERS_BYTES} bytes as JSON`,
  ),
);
