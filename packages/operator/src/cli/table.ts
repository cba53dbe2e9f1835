import { type ReportLine, textLine, wholeLine } from "../text/report-line.ts";

interface TableOptions {
  /** In characters: no line is longer. */
  readonly width: number;
  /** The column that is cut if a line would be too long. */
  readonly cutColumn: number;
  /** The columns whose texts end together. */
  readonly rightColumns?: readonly number[];
}

const GAP = "  ";
const LEAST = 4;

/** A table with a head. It fits the width: one column is cut for that, and is still there in the JSON. */
export function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { width, cutColumn, rightColumns = [] }: TableOptions,
): readonly ReportLine[] {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const others = widths.reduce((sum, each, column) => (column === cutColumn ? sum : sum + each + GAP.length), 0);
  const cutWidth = Math.min(widths[cutColumn] ?? 0, Math.max(LEAST, width - others));
  const toLine = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const size = column === cutColumn ? cutWidth : (widths[column] ?? 0);
        const shown = column === cutColumn ? cut(cell, size) : cell;
        return rightColumns.includes(column) ? shown.padStart(size) : shown.padEnd(size);
      })
      .join(GAP)
      .slice(0, width)
      .trimEnd();
  return [textLine(toLine(head), "dim"), ...rows.map((row) => wholeLine(toLine(row)))];
}

const cut = (text: string, size: number): string => (text.length <= size ? text : `${text.slice(0, size - 1)}…`);
