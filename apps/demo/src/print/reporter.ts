import type { HandedOver, Transaction } from "@electrum-vouchers/core";
import type { ForwarderStatus, Observer, RuntimeEvent } from "@electrum-vouchers/runtime";
import { describeAlert } from "./alert.ts";
import { describeMark, describeState } from "./ending.ts";
import { describeSilence } from "./outcome.ts";
import { bad, faint, good, strong, warning } from "./paint.ts";
import { voucherLines } from "./voucher.ts";

/** Where a command tells what happens: to people, or to programs. */
export interface Reporter {
  /** For the till: every message and alert. */
  readonly observe: Observer;
  /** For people only. */
  readonly say: (line: string) => void;
  /** The one place where a voucher is shown. */
  readonly handOver: (voucher: HandedOver) => void;
  /** What became of a transaction. */
  readonly ended: (transaction: Transaction) => void;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** One line of JSON for each event. None holds a secret but `handedOver`. */
export const jsonReporter: Reporter = {
  observe: (event) => print(JSON.stringify(event)),
  say: () => undefined,
  handOver: (voucher) => print(JSON.stringify({ type: "handedOver", voucher })),
  ended: ({ id, kind, state, marks }) =>
    print(JSON.stringify({ type: "ended", id, kind, state, marks: marks.map(({ reason }) => reason) })),
};

export function createTextReporter(): Reporter {
  let startedAt: number | undefined;
  return {
    observe: (event) => {
      startedAt ??= event.at;
      const text = describeEvent(event);
      if (text !== undefined) print(`  ${faint(secondsText(event.at - startedAt))}  ${text}`);
    },
    say: print,
    handOver: (voucher) => voucherLines(voucher).forEach(print),
    ended: (transaction) => endingLines(transaction).forEach(print),
  };
}

export const secondsText = (ms: number): string =>
  `${ms < 0 ? "-" : "+"}${(Math.abs(ms) / 1000).toFixed(2)} s`.padStart(9);

function describeEvent(event: RuntimeEvent): string | undefined {
  switch (event.type) {
    case "answered": {
      const { operation, outcome, tookMs } = event;
      const fared = "status" in outcome ? String(outcome.status) : describeSilence(outcome.silence);
      const painted = "status" in outcome && outcome.status < 300 ? good(fared) : warning(fared);
      return `till → Electrum  ${operation.padEnd(21)}  ${painted} ${faint(`after ${Math.round(tookMs)} ms`)}`;
    }
    case "forwarder":
      return describeForwarder(event.status);
    case "alert":
      return bad(describeAlert(event.alert));
    case "step":
    case "sent":
    case "adviceRepeats":
      return undefined;
  }
}

function describeForwarder(status: ForwarderStatus): string | undefined {
  switch (status) {
    case "probing":
      return warning("Electrum is away: one advice at a time is tried until it is back");
    case "halted":
      return bad("Electrum does not take the credentials: every advice is kept");
    case "forwarding":
      return good("Electrum is back: advices go out");
    case "stopped":
      return undefined;
  }
}

function endingLines(transaction: Transaction): readonly string[] {
  const { kind, id, state, marks } = transaction;
  return [
    `${kind === "provision" ? "sale" : "redemption"} ${id}: ${strong(state)} - ${describeState(transaction)}`,
    ...marks.map((mark) => `  ${warning(describeMark(mark))}`),
  ];
}
