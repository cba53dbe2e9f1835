import { newRedemption, newSale } from "../src/flows/requests.ts";

/** A whole request of a sale, as a file would hold it. */
export const saleJson = (changes: object = {}): string => JSON.stringify({ ...newSale("Standard"), ...changes });

export const redemptionJson = (code: string, changes: object = {}): string =>
  JSON.stringify({ ...newRedemption("Standard", code), ...changes });
