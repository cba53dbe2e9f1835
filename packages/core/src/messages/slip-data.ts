import * as v from "valibot";
import { textMatching } from "./text.ts";

/** Text for the receipt. It may carry the voucher's code. */
export interface SlipData {
  readonly messageLines?: readonly SlipLine[];
  /** Characters. */
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

export const slipDataSchema: v.GenericSchema<SlipData> = v.strictObject({
  messageLines: v.exactOptional(
    v.array(
      v.strictObject({
        text: v.string(),
        fontWidthScaleFactor: v.exactOptional(v.number()),
        fontHeightScaleFactor: v.exactOptional(v.number()),
        line: v.exactOptional(v.boolean()),
        cut: v.exactOptional(v.boolean()),
        barcode: v.exactOptional(v.strictObject({ data: v.string(), encoding: v.string() })),
      }),
    ),
  ),
  slipWidth: v.exactOptional(v.pipe(v.number(), v.safeInteger("must be a whole number of characters"))),
  issuerReference: v.exactOptional(textMatching(/^[A-Z0-9]{1,40}$/, "1 to 40 capital letters and digits")),
});
