import type { HandOver, TransactionView } from "@electrum-vouchers/core";
import type { ForwarderStatus, EventListener, RuntimeEvent } from "@electrum-vouchers/runtime";
import { describeAlert } from "./alert.ts";
import { attentionLines, describeState } from "./ending.ts";
import { describeNoResponse } from "./no-response.ts";
import { styleError, styleDim, styleSuccess, styleBold, styleWarning } from "./text-style.ts";
import { voucherLines } from "./voucher.ts";
import { jsonLine, writeLines } from "./write-lines.ts";

/** Prints what happens: as text, or as JSON for programs. */
export interface Reporter {
  /** Receives the till's events: every message and alert. */
  readonly onEvent: EventListener;
  /** Prints a line of text; nothing as JSON. */
  readonly printText: (line: string) => void;
  /** Prints the voucher. Nothing else does. */
  readonly handOver: (given: HandOver) => void;
  /** Prints the state of a transaction. */
  readonly reportEnd: (transaction: TransactionView) => void;
  /** Prints what Electrum has answered: the lines, or the value as JSON. */
  readonly reportAnswer: (answer: { readonly type: string }, lines: readonly string[]) => void;
}

const print = (...lines: readonly string[]): void => writeLines(process.stdout, lines);

/** Prints one line of JSON for each event. Only `handedOver` holds a secret. */
export const jsonReporter: Reporter = {
  onEvent: (event) => print(jsonLine(event)),
  printText: () => undefined,
  handOver: (given) => print(jsonLine({ type: "handedOver", ...given })),
  reportAnswer: (answer) => print(jsonLine(answer)),
  reportEnd: ({ id, kind, state, reconciliation }) =>
    print(jsonLine({ type: "ended", id, kind, state, reconciliation: reconciliation.map(({ reason }) => reason) })),
};

export function createTextReporter(): Reporter {
  let startedAt: number | undefined;
  return {
    onEvent: (event) => {
      startedAt ??= event.at;
      const text = describeEvent(event);
      if (text !== undefined) print(`  ${styleDim(secondsText(event.at - startedAt))}  ${text}`);
    },
    printText: (line) => print(line),
    handOver: (given) => print(...voucherLines(given)),
    reportEnd: (transaction) => print(...endingLines(transaction)),
    reportAnswer: (_, lines) => print(...lines),
  };
}

export const secondsText = (ms: number): string =>
  `${ms < 0 ? "-" : "+"}${(Math.abs(ms) / 1000).toFixed(2)} s`.padStart(9);

function describeEvent(event: RuntimeEvent): string | undefined {
  switch (event.type) {
    case "answered": {
      const { operation, outcome, durationMs } = event;
      const outcomeText = "status" in outcome ? String(outcome.status) : describeNoResponse(outcome.noResponse);
      const styled =
        "status" in outcome && outcome.status < 300 ? styleSuccess(outcomeText) : styleWarning(outcomeText);
      return `till → Electrum  ${operation.padEnd(21)}  ${styled} ${styleDim(`after ${Math.round(durationMs)} ms`)}`;
    }
    case "forwarder":
      return describeForwarder(event.status);
    case "alert":
      return styleError(describeAlert(event.alert));
    case "step":
    case "sent":
    case "adviceRepeats":
    case "retention":
      return undefined;
  }
}

function describeForwarder(status: ForwarderStatus): string | undefined {
  switch (status) {
    case "probing":
      return styleWarning("Electrum is not reachable: one advice at a time is tried until it is");
    case "halted":
      return styleError("Electrum does not accept the credentials: every advice is kept");
    case "forwarding":
      return styleSuccess("Electrum is reachable: advices are sent");
    case "stopped":
      return undefined;
  }
}

function endingLines(transaction: TransactionView): readonly string[] {
  const { kind, id, state } = transaction;
  return [
    `${kind === "provision" ? "sale" : "redemption"} ${id}: ${styleBold(state)} - ${describeState(transaction)}`,
    ...attentionLines(transaction).map((line) => `  ${styleWarning(line)}`),
  ];
}
