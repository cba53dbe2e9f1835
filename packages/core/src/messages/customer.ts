import * as v from "valibot";
import { strictObject } from "../strict-object.ts";
import { dateTimeSchema, textMatching, textUpTo } from "./text.ts";

/** A customer. This is personal data: redaction masks it. */
export interface Customer {
  readonly firstName?: string;
  readonly lastName?: string;
  /** Deprecated by Electrum in favour of `addressDetails`. */
  readonly address?: string;
  readonly addressDetails?: Address;
  readonly dateOfBirth?: string;
  readonly status?: string;
  readonly profileId?: string;
  /** A telephone number in E.164 form. */
  readonly msisdn?: string;
  readonly emailAddress?: string;
}

export interface Address {
  readonly addressLine1?: string;
  readonly addressLine2?: string;
  readonly city?: string;
  readonly region?: string;
  readonly country?: string;
  readonly postalCode?: string;
}

const addressSchema: v.GenericSchema<Address> = strictObject({
  addressLine1: v.exactOptional(textMatching(/^.{1,100}$/s, "1 to 100 characters")),
  addressLine2: v.exactOptional(textMatching(/^.{1,100}$/s, "1 to 100 characters")),
  city: v.exactOptional(textMatching(/^.{1,30}$/s, "1 to 30 characters")),
  region: v.exactOptional(textMatching(/^[A-Z]{2}$/, "two capital letters")),
  country: v.exactOptional(textMatching(/^[A-Z]{2}$/, "two capital letters")),
  postalCode: v.exactOptional(textMatching(/^[A-Za-z0-9 -]{1,20}$/, "1 to 20 letters, digits, spaces or hyphens")),
});

export const customerSchema: v.GenericSchema<Customer> = strictObject({
  firstName: v.exactOptional(textUpTo(40)),
  lastName: v.exactOptional(textUpTo(40)),
  address: v.exactOptional(textUpTo(80)),
  addressDetails: v.exactOptional(addressSchema),
  dateOfBirth: v.exactOptional(dateTimeSchema),
  status: v.exactOptional(v.string()),
  profileId: v.exactOptional(v.string()),
  msisdn: v.exactOptional(textMatching(/^\+?[1-9][0-9]{0,14}$/, "a telephone number in E.164 form")),
  emailAddress: v.exactOptional(v.pipe(v.string(), v.email("must be an e-mail address"))),
});
