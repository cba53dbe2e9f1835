import { meetsExpected, type BenchmarkRow } from "./row.ts";

const headers = ["#", "measure", "ours", "denominator", "ratio", "expected", "holds"] as const;

/** The rows as one table in plain text. */
export function formatTable(rows: readonly BenchmarkRow[]): string {
  const lines: readonly (readonly string[])[] = [headers, ...rows.map(cells)];
  const widths = headers.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).join("\n");
}

const cells = (row: BenchmarkRow): readonly string[] => [
  String(row.number),
  row.measure,
  row.ours,
  row.denominator,
  row.ratio < 0.1 ? row.ratio.toFixed(4) : row.ratio.toFixed(2),
  formatExpected(row),
  row.expected === undefined ? "" : meetsExpected(row) ? "yes" : "no",
];

function formatExpected({ expected }: BenchmarkRow): string {
  if (expected === undefined) return "";
  return "atLeast" in expected ? `at least ${expected.atLeast}` : `at most ${expected.atMost}`;
}
