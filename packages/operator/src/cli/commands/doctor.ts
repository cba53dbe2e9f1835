import { ok } from "neverthrow";
import { diagnoseUrl } from "../../doctor/diagnose-url.ts";
import type { ConnectionFinding } from "../../doctor/finding.ts";
import { probeElectrum } from "../../doctor/probe-electrum.ts";
import { commandLine, textLine } from "../../text/report-line.ts";
import { shellArgument } from "../../text/shell.ts";
import type { CommandRun } from "../command.ts";
import { usageFault } from "../failures.ts";

/** An operator waits for it. */
const TIMEOUT_MS = 10_000;

const NAME_COLUMN = 12;

/** `vouchers doctor`: the first day with Electrum. */
export const runDoctor: CommandRun = async (context) => {
  const given = context.positional("URL") ?? "";
  const url = URL.parse(given);
  if (url === null || !/^https?:$/.test(url.protocol))
    return usageFault("URL: expected Electrum's, such as https://sandbox.electrum.io/suv/v1", "vouchers doctor --help");
  const before = diagnoseUrl(url, context.environment);
  const isUsable = !before.some(({ level }) => level === "bad");
  if (isUsable && !context.terminal.printsJson)
    context.terminal.write([textLine(`asks ${url.host}; each step has ${TIMEOUT_MS / 1_000} s`, "dim")]);
  const [username, password] = [context.environment["ELECTRUM_USERNAME"], context.environment["ELECTRUM_PASSWORD"]];
  const probed = isUsable
    ? await probeElectrum({
        url,
        timeoutMs: TIMEOUT_MS,
        now: context.now,
        ...(username === undefined || password === undefined ? {} : { credentials: { username, password } }),
      })
    : [];
  const findings: readonly ConnectionFinding[] = [...before, ...probed];
  const isWell = !findings.some(({ level }) => level === "bad");
  url.username = "";
  url.password = "";
  return ok({
    exitCode: isWell ? 0 : isUsable ? 3 : 2,
    lines: [
      ...findings.map(({ subject, level, text }) =>
        textLine(`${subject.padEnd(NAME_COLUMN)} ${MARKS[level]} ${text}`, level),
      ),
      textLine(isWell ? "a till can work with this URL" : "a till cannot work with this yet", isWell ? "good" : "bad"),
      commandLine(`vouchers doctor ${shellArgument(url.href)}`),
    ],
    json: { isWell, findings },
  });
};

const MARKS: Readonly<Record<ConnectionFinding["level"], string>> = { good: "ok  ", warning: "look", bad: "BAD " };
