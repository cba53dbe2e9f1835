import type { FlowResult, FlowTransaction } from "../flows/run-flow.ts";
import type { FlowReport } from "../flows/run-flows.ts";
import { type TimelineEntry, RECEIVED } from "../flows/timeline.ts";
import { isInAgreement } from "../flows/check-flow.ts";
import { attentionLines } from "./ending.ts";
import { styleError, styleDim, styleSuccess, styleBold, styleWarning } from "./text-style.ts";
import { secondsText } from "./reporter.ts";

export function resultLines({ number, flow, result, violations, plays }: FlowReport): readonly string[] {
  return [
    styleBold(`${String(number).padStart(2)}. ${flow.name}`),
    `    ${styleDim(flow.rule)}`,
    ...(result === undefined ? [] : flowResultLines(result)),
    ...(plays > 1 && violations.length === 0
      ? [`    ${styleDim(`played ${plays} times, since responses came late: this machine is busy`)}`]
      : []),
    ...violations.map((fault) => `    ${styleError(`NOT AS DOCUMENTED: ${fault}`)}`),
    "",
  ];
}

function flowResultLines({ timeline, transactions }: FlowResult): readonly string[] {
  const startedAt = timeline[0]?.at ?? 0;
  return [
    ...timeline.map((line) => messageLine(line, startedAt)),
    ...transactions.flatMap((transaction, index) =>
      transactionLines(transaction, transactions.length > 1 ? `${index + 1}: ` : ""),
    ),
  ];
}

function messageLine({ at, from, to, operation, outcome, times }: TimelineEntry, startedAt: number): string {
  const route = `${from.padStart(8)} → ${to.padEnd(8)}`;
  const styled = styleOf(outcome)(outcome);
  const text = `${operation.padEnd(21)}  ${styled}${times > 1 ? ` (${times} times)` : ""}`;
  return `  ${styleDim(secondsText(at - startedAt))}  ${from === "till" ? route : styleDim(route)}  ${text}`;
}

const styleOf = (outcome: string): typeof styleSuccess => {
  if (outcome === RECEIVED) return styleDim;
  return outcome.startsWith("2") ? styleSuccess : styleWarning;
};

function transactionLines(result: FlowTransaction, label: string): readonly string[] {
  const { transaction, states, switchTransaction, voucherState } = result;
  const ends = [
    `till: ${styleBold(transaction.state)}`,
    `Electrum: ${styleBold(switchTransaction?.state ?? "no record")}`,
    ...(switchTransaction === undefined ? [] : [`${switchTransaction.provider}: ${switchTransaction.providerState}`]),
    ...(voucherState === undefined ? [] : [`voucher: ${voucherState}`]),
  ];
  return [
    `    ${styleDim(`${label}${states.join(" → ")}`)}`,
    `    ${label}${ends.join(", ")}; ${isInAgreement(result) ? styleSuccess("they agree") : styleError("THEY DO NOT AGREE")}`,
    ...attentionLines(transaction).map((line) => `    ${label}${styleWarning(line)}`),
  ];
}

export function summaryLines(results: readonly FlowReport[], tookMs: number): readonly string[] {
  const rows = results.map(({ number, flow, result, violations }) => {
    const ends = (result?.transactions ?? []).map(({ transaction, switchTransaction }) => [
      transaction.state,
      switchTransaction?.state ?? "-",
    ]);
    return {
      name: `${String(number).padStart(2)}. ${flow.name}`,
      till: [...new Set(ends.map(([till]) => till))].join(", "),
      electrum: [...new Set(ends.map(([, electrum]) => electrum))].join(", "),
      isGood: violations.length === 0,
    };
  });
  const width = (column: "name" | "till" | "electrum", title: string): number =>
    Math.max(title.length, ...rows.map((row) => row[column].length));
  const [name, till, electrum] = [width("name", "flow"), width("till", "till"), width("electrum", "Electrum")];
  const failed = rows.filter(({ isGood }) => !isGood).length;
  const count = `${rows.length} ${rows.length === 1 ? "flow" : "flows"}`;
  const conclusion =
    failed === 0
      ? styleSuccess(`${count}, all as documented; till and Electrum agree in each.`)
      : styleError(`${count}, ${failed} not as documented.`);
  return [
    styleBold(`${"flow".padEnd(name)}  ${"till".padEnd(till)}  ${"Electrum".padEnd(electrum)}  as documented`),
    ...rows.map(
      (row) =>
        `${row.name.padEnd(name)}  ${row.till.padEnd(till)}  ${row.electrum.padEnd(electrum)}  ${row.isGood ? styleSuccess("yes") : styleError("NO")}`,
    ),
    "",
    `${conclusion} ${styleDim(`${(tookMs / 1000).toFixed(1)} s`)}`,
  ];
}
