// Two things are decided by a voucher's code: whether one transaction was approved with two vouchers, and whether a lookup found the
// voucher that was asked for. Redaction hides the code and must not hide that: replaying a redacted journal gives the redacted
// transaction. So each voucher gets a mask of its own, in the transaction and in its journal alike. What was asked for, and the voucher
// that counts, get `MASK`. The code that stands in a `secondVoucher` item, the other code that a lookup was answered with, and each
// further code that stands in an item, get another mask.

/** What stands in place of a secret: never empty, since an empty code would not have been approved, and no JSON. */
export const MASK = "***";

/** What stands in place of the code of a second voucher, or of another one than was asked for. */
const SECOND_MASK = "*** (second)";

/** The mask of the other code at `index` of a transaction's other codes: the second voucher's, the third one's, and so on. */
export const otherMask = (index: number): string => (index === 0 ? SECOND_MASK : `*** (${index + 2})`);

const OTHER_MASK = /^\*{3} \((second|\d{1,2})\)$/;

const isOtherMask = (code: string): boolean => OTHER_MASK.test(code);

/** Whether a text is a mask: redaction has hidden what stood there. */
export const isMask = (text: string): boolean => text === MASK || isOtherMask(text);

/** The code of the voucher that a message holds, if it holds one. */
export function codeIn(message: unknown): string | undefined {
  const voucher = voucherIn(message);
  return voucher !== undefined && "code" in voucher ? textOf(voucher.code) : undefined;
}

/** The serial number of the voucher that a message holds, if it holds one. */
export function serialNumberIn(message: unknown): string | undefined {
  const voucher = voucherIn(message);
  return voucher !== undefined && "serialNumber" in voucher ? textOf(voucher.serialNumber) : undefined;
}

const voucherIn = (message: unknown): object | undefined =>
  isObject(message) && "voucher" in message && isObject(message.voucher) ? message.voucher : undefined;

const textOf = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** Whether two codes are known to differ. Nothing shows that a code differs from a masked one. */
export const isAnotherCode = (first: string | undefined, second: string | undefined): boolean =>
  second !== undefined && second !== first && second !== MASK && (first !== MASK || isOtherMask(second));

/** Whether a serial number is the code itself, however either is spelled. */
export const isSameVoucherNumber = (code: unknown, serialNumber: unknown): boolean =>
  typeof code === "string" && typeof serialNumber === "string" && code !== "" && plain(code) === plain(serialNumber);

/** Whether a response names another voucher than was asked for. Blanks, hyphens and case are spelling; a masked code shows nothing. */
export const namesAnother = (asked: string | undefined, named: string | undefined): boolean => {
  if (asked === undefined || named === undefined) return false;
  const [plainAsked, plainNamed] = [plain(asked), plain(named)];
  return plainAsked !== "" && plainNamed !== "" && plainAsked !== plainNamed && isAnotherCode(asked, named);
};

const plain = (code: string): string => code.replaceAll(/[\s-]/g, "").toLowerCase();

/** Every code and pin that a transaction or a message holds, wherever it stands. */
export function* secretsIn(value: unknown): Generator<string, void, undefined> {
  if (!isObject(value)) return;
  for (const [field, inner] of Object.entries(value)) {
    if (isObject(inner)) yield* secretsIn(inner);
    else if (SECRET_FIELDS.has(field) && typeof inner === "string" && inner !== "" && inner !== MASK) yield inner;
  }
}

const SECRET_FIELDS: ReadonlySet<string> = new Set(["code", "voucherCode", "pin", "pinBlock", "hash"]);

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
