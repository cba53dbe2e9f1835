/** One fault of what a caller brought. It never repeats the faulty value, which may be a voucher code. */
export interface MessageFault {
  /** The place, such as `originator.merchant.merchantId`; empty for the whole. */
  readonly path: string;
  /** What was expected there. */
  readonly expected: string;
}

/** More faults than this help no reader, and a hostile object could have a million of them. */
export const MAX_FAULTS = 100;
