import { type Configuration, redemption, sale } from "../configuration.ts";

// The smallest worlds in which most defects show.

export const simpleSale: Configuration = sale({ retries: 0 });
export const saleWithRetry: Configuration = sale({ retries: 1 });
export const anySale: Configuration = sale({ retries: 1 }, { troubles: "every" });
export const singleSale: Configuration = sale({ messaging: "single", retries: 1 }, { troubles: "every" });
export const simpleRedemption: Configuration = redemption({ lookupRepeats: 0 });
export const anyRedemption: Configuration = redemption({ lookupRepeats: 1 }, { troubles: "every" });
export const twoOwners: Configuration = sale({ retries: 0 }, { owners: 2 });
