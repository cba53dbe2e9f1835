import type { CoverageRow } from "@electrum-vouchers/testkit";
import type { FlowReport } from "../flows/run-flows.ts";
import { styleBold, styleDim, styleError, styleSuccess } from "./text-style.ts";

/** Each demand, with the flows that show it below it, and how each ended. */
export function coverageLines(
  rows: readonly CoverageRow[],
  reports: ReadonlyMap<string, FlowReport>,
): readonly string[] {
  const sections = Map.groupBy(rows, ({ page, section }) => `${page}: ${section}`);
  const shown = rows.filter(({ flows }) => flows.every((name) => reports.get(name)?.violations.length === 0)).length;
  const conclusion = `${shown} of ${rows.length} demands are shown.`;
  return [
    ...[...sections].flatMap(([title, demands]) => [
      styleBold(title),
      ...demands.flatMap(({ demand, flows }) => [
        `  ${demand}`,
        ...flows.map((name) => `      ${endOf(name, reports.get(name))}`),
      ]),
      "",
    ]),
    shown === rows.length ? styleSuccess(conclusion) : styleError(conclusion),
  ];
}

function endOf(name: string, report: FlowReport | undefined): string {
  if (report === undefined) return `${styleError("NOT RUN")}  ${name}`;
  const number = styleDim(`${String(report.number).padStart(2)}.`);
  if (report.violations.length > 0)
    return `${number} ${name}: ${styleError(`NOT AS DOCUMENTED: ${report.violations.join("; ")}`)}`;
  const ends = report.result?.transactions.map(({ transaction }) => transaction.state) ?? [];
  return `${number} ${name}: ${styleSuccess(ends.join(", "))}`;
}
