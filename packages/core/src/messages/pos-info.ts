import * as v from "valibot";
import { strictObject } from "../strict-object.ts";

/** The circumstances at the terminal. */
export interface PosInfo {
  readonly entryMode?: {
    readonly panEntryMode: (typeof panEntryModes)[number];
    readonly pinEntryCapability: (typeof pinEntryCapabilities)[number];
  };
  readonly posConditionCode?: (typeof posConditionCodes)[number];
}

const panEntryModes = [
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
] as const;

const pinEntryCapabilities = ["UNKNOWN", "CAN_ACCEPT", "CANNOT_ACCEPT"] as const;

const posConditionCodes = [
  "NORMAL_PRESENTMENT",
  "CUSTOMER_NOT_PRESENT",
  "CUSTOMER_PRESENT_AND_CARD_NOT_PRESENT",
  "CUSTOMER_IDENTITY_VERIFIED",
  "PUBLIC_UTILITY_TERMINAL",
  "CUSTOMER_TERMINAL",
  "MANUAL_REVERSAL",
  "UNATTENDED_TERMINAL_AND_CARD_CAN_BE_RETAINED",
  "UNATTENDED_TERMINAL_AND_CARD_CANNOT_BE_RETAINED",
] as const;

export const posInfoSchema: v.GenericSchema<PosInfo> = strictObject({
  entryMode: v.exactOptional(
    strictObject({ panEntryMode: v.picklist(panEntryModes), pinEntryCapability: v.picklist(pinEntryCapabilities) }),
  ),
  posConditionCode: v.exactOptional(v.picklist(posConditionCodes)),
});
