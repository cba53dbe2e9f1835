import * as v from "valibot";
import { strictObject } from "../strict-object.ts";
import { int32Schema } from "./integer.ts";
import { textMatching } from "./text.ts";

/** Text for the receipt. It may hold the voucher's code. */
export interface SlipData {
  readonly messageLines?: readonly SlipLine[];
  /** In characters. */
  readonly slipWidth?: number;
  readonly issuerReference?: string;
}

export interface SlipLine {
  readonly text: string;
  readonly fontWidthScaleFactor?: number;
  readonly fontHeightScaleFactor?: number;
  readonly line?: boolean;
  readonly cut?: boolean;
  readonly barcode?: { readonly data: string; readonly encoding: string };
}

/** JSON has no Infinity: `JSON.stringify` would send `null`. */
const scaleFactorSchema = v.pipe(v.number(), v.finite("must be a finite number"));

export const slipDataSchema: v.GenericSchema<SlipData> = strictObject({
  messageLines: v.exactOptional(
    v.array(
      strictObject({
        text: v.string(),
        fontWidthScaleFactor: v.exactOptional(scaleFactorSchema),
        fontHeightScaleFactor: v.exactOptional(scaleFactorSchema),
        line: v.exactOptional(v.boolean()),
        cut: v.exactOptional(v.boolean()),
        barcode: v.exactOptional(strictObject({ data: v.string(), encoding: v.string() })),
      }),
    ),
  ),
  slipWidth: v.exactOptional(int32Schema),
  issuerReference: v.exactOptional(textMatching(/^[A-Z0-9]{1,40}$/, "1 to 40 capital letters and digits")),
});
