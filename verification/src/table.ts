import type { Report } from "./report.ts";

/** A check that was run, and what it owed. */
export interface TableLine {
  readonly report: Report;
  readonly ms: number;
  readonly least: Readonly<Record<string, number>>;
  readonly budgetMinutes: number;
}

/** The table with which `pnpm verify` ends. */
export function formatTable(lines: readonly TableLine[]): string {
  const rows = [
    ["check", "size", "at least", "faults", "time", "of", "result"],
    ...lines.map(({ report, ms, least, budgetMinutes }) => [
      report.check,
      report.size,
      Object.entries(least)
        .map(([unit, count]) => `${count} ${unit}`)
        .join(", "),
      report.faults,
      `${(ms / 1_000).toFixed(0)} s`,
      `${budgetMinutes * 60} s`,
      formatResult(report),
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

function formatResult({ failures, notRun }: Report): string {
  if (failures.length > 0) return `${failures.length} FAILED`;
  return notRun === undefined ? "holds" : `not run: ${notRun}`;
}
