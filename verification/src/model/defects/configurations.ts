import { type Configuration, redemption, refundCase, sale } from "../configuration.ts";

// The smallest configurations in which most defects show.

export const simpleSale: Configuration = sale({ retries: 0 });
export const saleWithRetry: Configuration = sale({ retries: 1 });
export const saleWithEveryFault: Configuration = sale({ retries: 1 }, { faults: "every" });
export const singleSaleWithEveryFault: Configuration = sale({ messaging: "single", retries: 1 }, { faults: "every" });
export const simpleRedemption: Configuration = redemption({ lookupRetries: 0 });
export const simpleRefund: Configuration = refundCase({});
export const redemptionWithEveryFault: Configuration = redemption({ lookupRetries: 1 }, { faults: "every" });
export const saleWithTwoOwners: Configuration = sale({ retries: 0 }, { owners: 2 });
export const saleHandedOver: Configuration = sale({ retries: 0 }, { handsOver: true });
export const saleThatTracksPrinting: Configuration = sale({ retries: 0, tracksPrinting: true }, { handsOver: true });
