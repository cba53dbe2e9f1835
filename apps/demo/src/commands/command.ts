import type { Result } from "neverthrow";
import type { BadInput } from "../input/bad-input.ts";
import { writeLines } from "../print/write-lines.ts";

/** 0: everything ended as intended. 1: something did not, or is left open. (2, bad input, is found before a command runs.) */
export type ExitCode = 0 | 1;

export interface CliCommand {
  readonly help: string;
  readonly run: (args: readonly string[]) => Promise<Result<ExitCode, BadInput>>;
}

/** Closes on Ctrl+C, so that a later `demo recover` can finish. Returns a function that stops listening for signals. */
export function closeOnSignal(close: () => Promise<void>, db: string): () => void {
  const onSignal = (): void => {
    writeLines(process.stderr, ["", `stopping; "demo recover --db ${db}" delivers what is owed`]);
    void close().then(() => process.exit(SIGNAL_EXIT_CODE));
  };
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  return () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
}

/** The exit code that shells expect after an interruption. */
export const SIGNAL_EXIT_CODE = 130;
