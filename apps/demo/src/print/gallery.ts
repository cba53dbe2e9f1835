import type { Flow } from "../gallery/flow.ts";
import type { Played, PlayedTransaction } from "../gallery/play.ts";
import { type Line, REACHED } from "../gallery/timeline.ts";
import { agrees } from "../gallery/verdict.ts";
import { describeMark } from "./ending.ts";
import { bad, faint, good, strong, warning } from "./paint.ts";
import { secondsText } from "./reporter.ts";

/** A flow that was played, or that got stuck. */
export interface Result {
  readonly number: number;
  readonly flow: Flow;
  /** Absent where it got stuck. */
  readonly played?: Played;
  /** Every way in which it did not go as the contract says. */
  readonly faults: readonly string[];
}

export function resultLines({ number, flow, played, faults }: Result): readonly string[] {
  return [
    strong(`${String(number).padStart(2)}. ${flow.name}`),
    `    ${faint(flow.rule)}`,
    ...(played === undefined ? [] : playedLines(played)),
    ...faults.map((fault) => `    ${bad(`NOT AS DOCUMENTED: ${fault}`)}`),
    "",
  ];
}

function playedLines({ lines, transactions }: Played): readonly string[] {
  const startedAt = lines[0]?.at ?? 0;
  return [
    ...lines.map((line) => messageLine(line, startedAt)),
    ...transactions.flatMap((transaction, index) =>
      transactionLines(transaction, transactions.length > 1 ? `${index + 1}: ` : ""),
    ),
  ];
}

function messageLine({ at, from, to, operation, fared, times }: Line, startedAt: number): string {
  const route = `${from.padStart(8)} → ${to.padEnd(8)}`;
  const painted = paintOf(fared)(fared);
  const text = `${operation.padEnd(21)}  ${painted}${times > 1 ? ` (${times} times)` : ""}`;
  return `  ${faint(secondsText(at - startedAt))}  ${from === "till" ? route : faint(route)}  ${text}`;
}

const paintOf = (fared: string): typeof good => {
  if (fared === REACHED) return faint;
  return fared.startsWith("2") ? good : warning;
};

function transactionLines(played: PlayedTransaction, label: string): readonly string[] {
  const { transaction, states, electrum, voucher } = played;
  const ends = [
    `till: ${strong(transaction.state)}`,
    `Electrum: ${strong(electrum?.state ?? "nothing to know")}`,
    ...(electrum === undefined ? [] : [`${electrum.provider}: ${electrum.atProvider}`]),
    ...(voucher === undefined ? [] : [`voucher: ${voucher}`]),
  ];
  return [
    `    ${faint(`${label}${states.join(" → ")}`)}`,
    `    ${label}${ends.join(", ")}; ${agrees(played) ? good("they agree") : bad("THEY DO NOT AGREE")}`,
    ...transaction.marks.map((mark) => `    ${label}${warning(describeMark(mark))}`),
  ];
}

export function summaryLines(results: readonly Result[], tookMs: number): readonly string[] {
  const rows = results.map(({ number, flow, played, faults }) => {
    const ends = (played?.transactions ?? []).map(({ transaction, electrum }) => [
      transaction.state,
      electrum?.state ?? "-",
    ]);
    return {
      name: `${String(number).padStart(2)}. ${flow.name}`,
      till: [...new Set(ends.map(([till]) => till))].join(", "),
      electrum: [...new Set(ends.map(([, electrum]) => electrum))].join(", "),
      isGood: faults.length === 0,
    };
  });
  const width = (column: "name" | "till" | "electrum", title: string): number =>
    Math.max(title.length, ...rows.map((row) => row[column].length));
  const [name, till, electrum] = [width("name", "flow"), width("till", "till"), width("electrum", "Electrum")];
  const failed = rows.filter(({ isGood }) => !isGood).length;
  const count = `${rows.length} ${rows.length === 1 ? "flow" : "flows"}`;
  const verdict =
    failed === 0
      ? good(`${count}, all as documented; till and Electrum agree in each.`)
      : bad(`${count}, ${failed} not as documented.`);
  return [
    strong(`${"flow".padEnd(name)}  ${"till".padEnd(till)}  ${"Electrum".padEnd(electrum)}  as documented`),
    ...rows.map(
      (row) =>
        `${row.name.padEnd(name)}  ${row.till.padEnd(till)}  ${row.electrum.padEnd(electrum)}  ${row.isGood ? good("yes") : bad("NO")}`,
    ),
    "",
    `${verdict} ${faint(`${(tookMs / 1000).toFixed(1)} s`)}`,
  ];
}
