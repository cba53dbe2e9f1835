import type { Result } from "neverthrow";
import type { BadInput } from "../input/bad-input.ts";

/** 0: all ended as it was meant to. 1: something did not, or is left open. (2: bad input, which is not the command's to say.) */
export type ExitCode = 0 | 1;

export interface CliCommand {
  readonly help: string;
  readonly run: (args: readonly string[]) => Promise<Result<ExitCode, BadInput>>;
}

/** After Ctrl+C: closes what is open, and lets a later `demo recover` do the rest. */
export function closeOnSignal(close: () => Promise<void>, db: string): () => void {
  const onSignal = (): void => {
    process.stderr.write(`\nstopping; what is left open, "demo recover --db ${db}" finishes\n`);
    void close().then(() => process.exit(SIGNAL_EXIT_CODE));
  };
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  return () => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
}

/** What shells expect of a program that was interrupted. */
export const SIGNAL_EXIT_CODE = 130;
