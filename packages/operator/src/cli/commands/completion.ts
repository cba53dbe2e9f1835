import { err, ok } from "neverthrow";
import { wholeLine } from "../../text/report-line.ts";
import { commonOptions } from "../arguments.ts";
import type { CommandRun } from "../command.ts";
import { commands } from "../commands.ts";
import { usageFault } from "../failures.ts";

const SHELLS: ReadonlyMap<string, () => readonly string[]> = new Map([
  ["bash", bashScript],
  ["zsh", () => ["autoload -U +X bashcompinit && bashcompinit", ...bashScript()]],
  ["fish", fishScript],
]);

/** `vouchers completion`: a script that a shell reads at its start. */
export const runCompletion: CommandRun = (context) => {
  const script = SHELLS.get(context.positional("SHELL") ?? "");
  if (script === undefined) {
    const refused = usageFault(`SHELL: expected ${[...SHELLS.keys()].join(", ")}`, "vouchers completion --help");
    return Promise.resolve(refused.isErr() ? err(refused.error) : refused);
  }
  const lines = script();
  return Promise.resolve(ok({ exitCode: 0 as const, lines: lines.map(wholeLine), json: lines }));
};

const optionsOf = (options: object): readonly string[] =>
  Object.keys({ ...options, ...commonOptions }).map((name) => `--${name}`);

function bashScript(): readonly string[] {
  return [
    "_vouchers() {",
    '  local word="${COMP_WORDS[COMP_CWORD]}"',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")}" -- "$word"))`,
    "    return",
    "  fi",
    '  case "$word" in -*) ;; *) COMPREPLY=($(compgen -f -- "$word")); return ;; esac',
    '  case "${COMP_WORDS[1]}" in',
    ...commands.map(
      ({ name, options }) => `    ${name}) COMPREPLY=($(compgen -W "${optionsOf(options).join(" ")}" -- "$word")) ;;`,
    ),
    "  esac",
    "}",
    "complete -o filenames -F _vouchers vouchers",
  ];
}

function fishScript(): readonly string[] {
  return commands.flatMap(({ name, summary, options }) => [
    `complete -c vouchers -n __fish_use_subcommand -a ${name} -d '${summary.replaceAll("'", "")}'`,
    ...Object.keys({ ...options, ...commonOptions }).map(
      (option) => `complete -c vouchers -n '__fish_seen_subcommand_from ${name}' -l ${option}`,
    ),
  ]);
}
