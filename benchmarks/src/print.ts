import { holds, type Row } from "./row.ts";

const heads = ["#", "measure", "ours", "denominator", "ratio", "expected", "holds"] as const;

/** The rows as one table in plain text. */
export function table(rows: readonly Row[]): string {
  const lines: readonly (readonly string[])[] = [heads, ...rows.map(cells)];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).join("\n");
}

const cells = (row: Row): readonly string[] => [
  String(row.number),
  row.measure,
  row.ours,
  row.denominator,
  row.ratio < 0.1 ? row.ratio.toFixed(4) : row.ratio.toFixed(2),
  expectation(row),
  row.expected === undefined ? "" : holds(row) ? "yes" : "no",
];

function expectation({ expected }: Row): string {
  if (expected === undefined) return "";
  return "atLeast" in expected ? `at least ${expected.atLeast}` : `at most ${expected.atMost}`;
}
