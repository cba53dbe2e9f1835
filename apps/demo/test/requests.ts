import { newRedemption, newSale } from "../src/flows/requests.ts";

/** The complete request of a sale, as in a file. */
export const saleJson = (changes: object = {}): string => JSON.stringify({ ...newSale("Standard"), ...changes });

export const redemptionJson = (code: string, changes: object = {}): string =>
  JSON.stringify({ ...newRedemption("Standard", code), ...changes });
