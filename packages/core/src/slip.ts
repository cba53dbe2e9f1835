import type { HandOver } from "./hand-over.ts";
import type { SlipLine } from "./messages/slip-data.ts";
import { printable } from "./printable.ts";

// The slip for a customer, as plain lines for any printer. Electrum's own text for it (`slipData`) comes as it was sent, line by line; without
// it, the slip has what a customer needs to use the voucher.
//
// Rules
// 1. Every line fits the printer. A line that is longer is broken between words, and a word that is longer is broken as it stands: nothing is
//    cut away.
// 2. Text is foreign: control characters are written as their numbers, so that no printer takes them for commands.
// 3. A barcode is given as text as well. A program with a printer for barcodes takes it from the line's own field.
// 4. A copy says that it is one, at its head and at its end.
// 5. A change voucher is named at its head, since the customer does not expect one.

/** One line of a slip. */
export interface PrintedLine {
  /** Fits the width. */
  readonly text: string;
  /** The paper is cut after this line. */
  readonly cut?: true;
  /** What a printer may print as a barcode below this line. */
  readonly barcode?: { readonly data: string; readonly encoding: string };
}

export interface SlipOptions {
  /** In characters. Default: what Electrum says, else 40. */
  readonly width?: number;
  /** The voucher is what a redemption left over. */
  readonly isChange?: boolean;
}

/** In characters. The usual 80 mm paper has 42 to 48, and 58 mm paper has 32. */
const DEFAULT_WIDTH = 40;

/** A narrower slip cannot show a code, and a wider one is a mistake. */
const WIDTHS = { min: 16, max: 250 };

/**
 * The slip of what the customer is handed. It holds the code: it is for the printer and for nothing else.
 *
 * @example
 * for (const { text, cut } of renderSlip(handOver)) printer.line(text, cut)
 */
export function renderSlip(handOver: HandOver, { width, isChange = false }: SlipOptions = {}): readonly PrintedLine[] {
  const { voucher, slipData, copy } = handOver;
  const columns = clamp(width ?? slipData?.slipWidth ?? DEFAULT_WIDTH);
  const plain = (text: string): readonly PrintedLine[] =>
    wrap(printable(text), columns).map((line) => ({ text: line }));
  const marks = copy === undefined ? [] : plain(center(`COPY ${copy}`, columns));
  const head = isChange && voucher !== undefined ? plain(center("CHANGE VOUCHER", columns)) : [];
  const sent = (slipData?.messageLines ?? []).flatMap((line) => slipLine(line, columns, plain));
  const own = voucher === undefined ? [] : voucherLines(voucher).flatMap(plain);
  const instructions = (voucher?.redeemInstructions ?? []).flatMap(plain);
  return [
    ...marks,
    ...head,
    ...(sent.length > 0 && showsCode(sent, voucher?.code) ? sent : [...sent, ...own, ...instructions]),
    ...marks,
  ];
}

/** Whether Electrum's own text has the code, so that it need not be said twice. */
const showsCode = (lines: readonly PrintedLine[], code: string | undefined): boolean => {
  if (code === undefined) return true;
  const text = lines.map((line) => line.text + (line.barcode?.data ?? "")).join("");
  return text.replaceAll(/[\s-]/g, "").includes(printable(code).replaceAll(/[\s-]/g, ""));
};

function slipLine(
  { text, line = false, cut = false, barcode }: SlipLine,
  columns: number,
  plain: (text: string) => readonly PrintedLine[],
): readonly PrintedLine[] {
  const texts = plain(text);
  const rule = line ? [{ text: "-".repeat(columns) }] : [];
  const code =
    barcode === undefined ? [] : plain(barcode.data).map((each, index) => (index === 0 ? { ...each, barcode } : each));
  const lines = [...texts, ...rule, ...code];
  return cut ? lines.map((each, index) => (index === lines.length - 1 ? { ...each, cut } : each)) : lines;
}

const voucherLines = ({ code, pin, serialNumber, expiryDate }: NonNullable<HandOver["voucher"]>): readonly string[] => [
  `Code: ${inGroups(code)}`,
  ...(pin?.pin === undefined ? [] : [`Pin: ${pin.pin}`]),
  ...(serialNumber === undefined ? [] : [`Serial number: ${serialNumber}`]),
  ...(expiryDate === undefined ? [] : [`Valid until: ${expiryDate.slice(0, "2026-11-30".length)}`]),
];

/** Digits in fours, which a customer can read out. Other codes stay as they are. */
const inGroups = (code: string): string => (/^\d{8,}$/.test(code) ? (code.match(/\d{1,4}/g) ?? []).join(" ") : code);

/** Lines of at most so many characters, broken between words where there is a place. */
function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > columns) {
    const gap = rest.lastIndexOf(" ", columns);
    const end = gap > 0 ? gap : columns;
    lines.push(rest.slice(0, end));
    rest = rest.slice(gap > 0 ? end + 1 : end);
  }
  return [...lines, rest];
}

const center = (text: string, columns: number): string =>
  " ".repeat(Math.max(0, Math.floor((columns - text.length) / 2))) + text;

const clamp = (width: number): number =>
  Number.isFinite(width) ? Math.min(WIDTHS.max, Math.max(WIDTHS.min, Math.floor(width))) : DEFAULT_WIDTH;
