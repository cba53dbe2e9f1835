import type { Report } from "./report.ts";

/** The table with which `pnpm verify` ends. */
export function formatTable(lines: readonly { readonly report: Report; readonly ms: number }[]): string {
  const rows = [
    ["check", "size", "faults", "time", "result"],
    ...lines.map(({ report: { check, size, faults, failures }, ms }) => [
      check,
      size,
      faults,
      `${(ms / 1_000).toFixed(0)} s`,
      failures.length === 0 ? "holds" : `${failures.length} FAILED`,
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
