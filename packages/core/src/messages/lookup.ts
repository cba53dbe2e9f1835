import * as v from "valibot";
import { strictObject } from "../strict-object.ts";
import type { Amounts } from "./amounts.ts";
import type { Institution, ThirdPartyIdentifier } from "./parties.ts";
import type { PosInfo } from "./pos-info.ts";
import type { Product } from "./product.ts";
import { textUpTo } from "./text.ts";
import { anyUuidSchema, type Uuid } from "./uuid.ts";
import type { Voucher } from "./voucher.ts";

/** The query of `lookupVoucher`: at least one of the first three fields, and routing hints. */
export interface VoucherLookup {
  /** Secret: it travels in the URL. */
  readonly voucherCode?: string;
  /** The id of the original provision request. */
  readonly provisionRequestId?: Uuid;
  readonly voucherSerialNumber?: string;
  /** The issuer: a routing hint. */
  readonly receiverInstId?: string;
  /** A routing hint. */
  readonly settlementEntityInstId?: string;
}

/** The response to `lookupVoucher`. It has neither `id` nor `time`. */
export interface VoucherLookupResponse {
  readonly voucher: Voucher;
  readonly posInfo?: PosInfo;
  readonly settlementEntity?: Institution;
  readonly receiver?: Institution;
  /** `approvedAmount` is the voucher's value, as a CREDIT. */
  readonly amounts?: Amounts;
  readonly product?: Product;
  readonly rrn?: string;
  readonly thirdPartyIdentifiers?: readonly ThirdPartyIdentifier[];
}

/** The path of `lookupRedemption`. */
export interface RedemptionLookup {
  /** The id of the redemption request. */
  readonly requestId: Uuid;
}

/** The query of `lookupProducts`: none. Electrum's pages leave its fields out (contract A). */
export type ProductLookup = Readonly<Record<string, never>>;

export const voucherLookupSchema: v.GenericSchema<VoucherLookup> = v.pipe(
  strictObject({
    voucherCode: v.exactOptional(textUpTo(40)),
    provisionRequestId: v.exactOptional(anyUuidSchema),
    voucherSerialNumber: v.exactOptional(textUpTo(40)),
    receiverInstId: v.exactOptional(v.string()),
    settlementEntityInstId: v.exactOptional(v.string()),
  }),
  v.check(
    (lookup) => [lookup.voucherCode, lookup.provisionRequestId, lookup.voucherSerialNumber].some(isGiven),
    "must name the voucher by voucherCode, provisionRequestId or voucherSerialNumber",
  ),
);

const isGiven = (key: string | undefined): boolean => key !== undefined && key !== "";
