import { ok, type Result } from "neverthrow";
import type { CliCommand, ExitCode } from "./commands/command.ts";
import { type BadInput, badInput } from "./input/bad-input.ts";

/** Loaded when wanted: each command starts as fast as it can. */
const commands: Readonly<Record<string, () => Promise<CliCommand>>> = {
  flows: async () => (await import("./commands/flows.ts")).flowsCommand,
  sell: async () => (await import("./commands/sell.ts")).sellCommand,
  redeem: async () => (await import("./commands/redeem.ts")).redeemCommand,
  recover: async () => (await import("./commands/recover.ts")).recoverCommand,
};

const help = `demo [command] [options]

  demo            plays every documented flow, each with a till and a switch of its own, and checks how it ends
  demo sell       sells a voucher
  demo redeem     redeems a voucher
  demo recover    finishes what a killed run left

demo COMMAND --help says more. Exit code: 0 where all went as it should, 1 where not, 2 for bad input.
`;

/** Runs a command line. The error is input that cannot be used: exit code 2. */
export async function run(args: readonly string[]): Promise<Result<ExitCode, BadInput>> {
  const [first = "flows"] = args;
  if (first === "--help" || first === "help") return print(help);
  const name = first.startsWith("-") ? "flows" : first;
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    return badInput(`unknown command "${name}": expected ${Object.keys(commands).join(", ")}; see demo --help`);
  }
  const command = await load();
  const rest = first === name ? args.slice(1) : args;
  return rest.includes("--help") ? print(command.help) : command.run(rest);
}

function print(text: string): Result<ExitCode, BadInput> {
  process.stdout.write(text);
  return ok(0);
}
