import { err, ok, type Result } from "neverthrow";
import type { CommandContext, CommandFailure } from "../command.ts";
import { usageFault } from "../failures.ts";

/** Who changes something, and why. The core checks the texts. */
export function readNote(
  context: CommandContext,
): Result<{ readonly by: string; readonly reason: string }, CommandFailure> {
  const [by, reason] = [context.text("by"), context.text("reason")];
  if (by === undefined || reason === undefined)
    return usageFault(
      `${by === undefined ? "--by" : "--reason"} is missing: expected --by NAME --reason TEXT; both are journalled`,
      `vouchers ${context.command} --help`,
    );
  return ok({ by, reason });
}

/** Asks before something is changed. A script says `--yes` instead. */
export async function askBefore(context: CommandContext, question: string): Promise<Result<void, CommandFailure>> {
  if (context.has("yes")) return ok();
  if (!context.terminal.isInteractive)
    return usageFault("there is no terminal to ask at: expected --yes", `vouchers ${context.command} --help`);
  if (await context.terminal.ask(question)) return ok();
  return err({ exitCode: 1, message: "nothing was changed", next: [`vouchers ${context.command} --help`] });
}
