/** The commands that a message offers, as arguments: each on a line of its own, as it can be pasted. */
export const hintsIn = (output: string): readonly (readonly string[])[] =>
  output
    .split("\n")
    .filter((line) => /^ +vouchers /.test(line))
    .map((line) => splitShell(line.trim()).slice(1));

/** The words of a command, as a shell reads quotes. */
const splitShell = (command: string): readonly string[] =>
  [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? "");
