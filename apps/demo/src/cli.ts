import { ok, type Result } from "neverthrow";
import type { CliCommand, ExitCode } from "./commands/command.ts";
import { type BadInput, badInput } from "./input/bad-input.ts";
import { writeLines } from "./print/write-lines.ts";

/** Each command is loaded only when it is run, so that it starts fast. */
const commands: Readonly<Record<string, () => Promise<CliCommand>>> = {
  flows: async () => (await import("./commands/flows.ts")).flowsCommand,
  coverage: async () => (await import("./commands/coverage.ts")).coverageCommand,
  sell: async () => (await import("./commands/sell.ts")).sellCommand,
  redeem: async () => (await import("./commands/redeem.ts")).redeemCommand,
  refund: async () => (await import("./commands/refund.ts")).refundCommand,
  lookup: async () => (await import("./commands/lookup.ts")).lookupCommand,
  products: async () => (await import("./commands/products.ts")).productsCommand,
  recover: async () => (await import("./commands/recover.ts")).recoverCommand,
};

const help = `demo [command] [options]

  demo            runs every documented flow, each with a till and a switch of its own, and checks its end
  demo coverage   what Electrum's pages demand, and the flow that shows it
  demo sell       sells a voucher
  demo redeem     redeems a voucher
  demo refund     refunds a redemption: its voucher is usable again
  demo lookup     asks Electrum about a voucher, a sale or a redemption
  demo products   lists what can be sold
  demo recover    delivers what a killed run left to be delivered

demo COMMAND --help says more. Exit code: 0 if all went as expected, 1 if not, 2 for bad input.
`;

/** Runs a command line. An error means bad input: exit code 2. */
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
  writeLines(process.stdout, text.trimEnd().split("\n"));
  return ok(0);
}
