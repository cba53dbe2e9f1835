import { createInterface } from "node:readline/promises";
import type { Policy } from "@electrum-vouchers/core";
import { ok, type Result } from "neverthrow";
import type { GivenOptions, Options } from "./arguments.ts";
import { type BadInput, badInput } from "./bad-input.ts";

/** What the till makes of an approval. */
export type DecisionMode = "confirm" | "cancel" | "ask";

export type DecisionOption = "confirm" | "cancel";

export const decisionOptions: Options<DecisionOption> = {
  confirm: { help: "the customer takes it: confirm the approval" },
  cancel: { help: "the customer walks away: reverse the approval" },
};

/** What was decided beforehand; on a terminal, a person is asked. */
export function readDecision(
  given: GivenOptions<DecisionOption>,
  { messaging }: Policy,
): Result<DecisionMode, BadInput> {
  if (given.has("confirm") && given.has("cancel")) return badInput("--confirm and --cancel: expected one of them");
  if (messaging === "single" && given.has("cancel")) {
    return badInput("--cancel: in single messaging an approval is the end; expected --messaging dual");
  }
  if (given.has("confirm")) return ok("confirm");
  if (given.has("cancel")) return ok("cancel");
  return messaging === "single" || process.stdin.isTTY
    ? ok("ask")
    : badInput("nobody to ask: without a terminal, expected --confirm or --cancel");
}

/** Asks a person, where nothing was decided beforehand. Whatever is not a yes is a no. */
export async function askDecision(decision: DecisionMode, question: string): Promise<"confirm" | "cancel"> {
  if (decision !== "ask") return decision;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl+C is the whole command's, not only the question's.
  terminal.once("SIGINT", () => void process.kill(process.pid, "SIGINT"));
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim()) ? "confirm" : "cancel";
  } finally {
    terminal.close();
  }
}
