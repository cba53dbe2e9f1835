import { createInterface } from "node:readline/promises";
import type { Policy } from "@electrum-vouchers/core";
import { ok, type Result } from "neverthrow";
import type { GivenOptions, Options } from "./arguments.ts";
import { type BadInput, badInput } from "./bad-input.ts";

/** What the till does with an approval. */
export type DecisionMode = "confirm" | "cancel" | "ask";

export type DecisionOption = "confirm" | "cancel";

export const decisionOptions: Options<DecisionOption> = {
  confirm: { help: "the customer takes it: confirm the approval" },
  cancel: { help: "the customer walks away: reverse the approval" },
};

/** The decision that the options give. Without one, `ask` on a terminal. */
export function readDecision(
  given: GivenOptions<DecisionOption>,
  { messaging }: Policy,
): Result<DecisionMode, BadInput> {
  if (given.has("confirm") && given.has("cancel")) return badInput("--confirm and --cancel: expected one of them");
  if (messaging === "single" && given.has("cancel")) {
    return badInput("--cancel: in single messaging an approval is final; expected --messaging dual");
  }
  if (given.has("confirm")) return ok("confirm");
  if (given.has("cancel")) return ok("cancel");
  return messaging === "single" || process.stdin.isTTY
    ? ok("ask")
    : badInput("no decision: without a terminal to ask on, expected --confirm or --cancel");
}

/** Asks on the terminal, if the options give no decision. Every input but yes means no. */
export async function askDecision(decision: DecisionMode, question: string): Promise<"confirm" | "cancel"> {
  if (decision !== "ask") return decision;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl+C must end the whole command, not only the question.
  terminal.once("SIGINT", () => void process.kill(process.pid, "SIGINT"));
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim()) ? "confirm" : "cancel";
  } finally {
    terminal.close();
  }
}
