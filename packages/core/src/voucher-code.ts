// Whether one transaction was approved with two vouchers is the one thing that a machine decides by a voucher's code. Redaction
// hides the code and must not hide that: replaying a redacted journal gives the redacted transaction. So two masks exist. The
// code that stands in a `secondVoucher` item gets a mask of its own, in the transaction and in its journal alike.

/** What stands in place of a secret: never empty, since an empty code would not have been approved, and no JSON. */
export const MASK = "***";

/** What stands in place of the code of a second voucher. */
export const SECOND_MASK = "*** (second)";

/** The code of the voucher that a message holds, if it holds one. */
export function codeIn(message: unknown): string | undefined {
  const voucher = isObject(message) && "voucher" in message ? message.voucher : undefined;
  const code = isObject(voucher) && "code" in voucher ? voucher.code : undefined;
  return typeof code === "string" && code !== "" ? code : undefined;
}

/** Whether two codes are known to differ. Nothing shows that a code differs from a masked one. */
export const isAnotherCode = (first: string | undefined, second: string | undefined): boolean =>
  second !== undefined && second !== first && (first !== MASK || second === SECOND_MASK);

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
