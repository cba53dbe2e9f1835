import type { ErrorResponse } from "./request-outcome.ts";

/** Whether a decline of a lookup says that there is no such voucher. A 404 alone is not enough: it may speak of the credentials, or of a route. */
export const isUnknownVoucher = ({ status, errorType }: ErrorResponse): boolean =>
  errorType === "UNABLE_TO_LOCATE_RECORD" ||
  errorType === "INVALID_VOUCHER" ||
  (status === 404 && errorType === "GENERAL_ERROR");
