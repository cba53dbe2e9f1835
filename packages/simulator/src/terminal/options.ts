import { parseArgs } from "node:util";
import { readFileSync } from "node:fs";
import { type FaultPlan, readFaultPlan } from "../faults/plan.ts";
import type { SimulatorOptions } from "../http/simulator-options.ts";
import { parseJson } from "../json.ts";

export interface CommandLine {
  readonly simulator: SimulatorOptions;
  readonly watch: boolean;
  /** Print one line of JSON instead of text. */
  readonly json: boolean;
  /** Stop when the parent process has ended: when standard input ends, or the IPC channel closes. */
  readonly stopsWithParent: boolean;
}

export type CommandLineResult =
  | { readonly type: "run"; readonly commandLine: CommandLine }
  | { readonly type: "help" }
  /** One line for each fault. */
  | { readonly type: "invalid"; readonly lines: readonly string[] };

export const help = `pnpm simulator [options]: an Electrum switch and its providers, to test a till against
pnpm simulator exam --client COMMAND: puts a client in any language through every documented case; exam --help

  --port NUMBER             the port to listen on; 0 for any free port        (8080)
  --host ADDRESS            the address to listen on; loopback is reachable
                            from this machine only                            (127.0.0.1)
  --allow-host NAME         a name that leads here as well, such as the
                            container's; may be repeated
  --faults FILE             a JSON file with the fault plan
  --seed NUMBER             another number gives other voucher codes          (1)
  --strict                  take Electrum's schema to the letter; else messages
                            are read as Electrum's own stack reads them
  --additional-field NAME   requests may have this field besides the published
                            ones; may be repeated
  --single-messaging USER   this user owes no advices; may be repeated
  --forget-reversals        do not remember a reversal that comes before its request
  --upstream-deadline-ms N  how long the switch waits for a provider          (30000)
  --forward-repeat-ms N     how long until a provider that is down is retried (500)
  --watch                   show the ledger, the queues and the last requests
  --json                    print one line of JSON with the URLs
  --with-parent             stop when standard input or the parent process ends
  --help
`;

/** The options on the command line, or every fault in them. */
export function readCommandLine(args: readonly string[]): CommandLineResult {
  const parsed = parse(args);
  if ("invalid" in parsed) return { type: "invalid", lines: [parsed.invalid] };
  const { values } = parsed;
  if (values.help) return { type: "help" };

  const lines: string[] = [];
  const number = (name: "port" | "seed" | "upstream-deadline-ms" | "forward-repeat-ms", max: number): number => {
    const value = Number(values[name]);
    if (values[name].trim() === "" || !Number.isInteger(value) || value < 0 || value > max) {
      lines.push(`--${name} ${values[name]}: must be a whole number from 0 to ${max}`);
    }
    return value;
  };
  const faults = values.faults === undefined ? {} : readScript(values.faults, lines);
  const commandLine: CommandLine = {
    simulator: {
      port: number("port", 65_535),
      host: values.host,
      allowHosts: values["allow-host"] ?? [],
      faults,
      seed: number("seed", Number.MAX_SAFE_INTEGER),
      additionalFields: values["additional-field"] ?? [],
      singleMessagingUsers: values["single-messaging"] ?? [],
      remembersReversals: !values["forget-reversals"],
      strict: values.strict,
      upstreamDeadlineMs: number("upstream-deadline-ms", MAX_WAIT_MS),
      forwardRepeatMs: number("forward-repeat-ms", MAX_WAIT_MS),
    },
    watch: values.watch,
    json: values.json,
    stopsWithParent: values["with-parent"],
  };
  return lines.length === 0 ? { type: "run", commandLine } : { type: "invalid", lines };
}

/** An hour. */
const MAX_WAIT_MS = 60 * 60 * 1000;

const options = {
  port: { type: "string", default: "8080" },
  host: { type: "string", default: "127.0.0.1" },
  "allow-host": { type: "string", multiple: true },
  faults: { type: "string" },
  seed: { type: "string", default: "1" },
  "additional-field": { type: "string", multiple: true },
  "single-messaging": { type: "string", multiple: true },
  strict: { type: "boolean", default: false },
  "forget-reversals": { type: "boolean", default: false },
  "upstream-deadline-ms": { type: "string", default: "30000" },
  "forward-repeat-ms": { type: "string", default: "500" },
  watch: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  "with-parent": { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

function parse(args: readonly string[]): ReturnType<typeof parseStrictly> | { readonly invalid: string } {
  try {
    return parseStrictly(args);
  } catch (error) {
    return { invalid: error instanceof Error ? error.message : String(error) };
  }
}

const parseStrictly = (args: readonly string[]) => parseArgs({ args: [...args], options, allowPositionals: false });

function readScript(file: string, lines: string[]): FaultPlan {
  const script = readText(file);
  if (script === undefined) {
    lines.push(`--faults ${file}: cannot be read`);
    return {};
  }
  const value = parseJson(script);
  if (value === undefined) {
    lines.push(`--faults ${file}: must be JSON`);
    return {};
  }
  const plan = readFaultPlan(value);
  if (plan.type === "valid") return plan.value;
  lines.push(...plan.errors.map(({ field, msg }) => `--faults ${file}: ${field === "" ? "the script" : field} ${msg}`));
  return {};
}

function readText(file: string): string | undefined {
  try {
    // A byte order mark, as Windows' editors write it, is no content.
    return readFileSync(file, "utf8").replace(/^\ufeff/, "");
  } catch {
    return undefined;
  }
}
