import { parseArgs } from "node:util";
import { examCases } from "./exam-cases.ts";
import { renderMark, renderResult } from "./render-report.ts";
import { runExam } from "./run-exam.ts";

export const examHelp = `pnpm simulator exam --client COMMAND [options]: an exam for a client of Electrum's API, in any language
  --client COMMAND   starts the client; EXAM_URL, EXAM_USER and EXAM_FOLDER tell
                     it the switch, its client.id and where to keep its store
  --only TEXT        only cases whose name contains this
  --patience-ms N    how long to wait for what a case expects             (30000)
  --json             print the report as JSON
  --help
`;

/** An hour. */
const MAX_PATIENCE_MS = 60 * 60 * 1000;

interface ExamOutput {
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** `simulator exam …`. Returns the exit code: 0 full marks, 1 a case failed, 2 wrong usage. */
export async function runExamCommand(args: readonly string[], { write, complain }: ExamOutput): Promise<number> {
  const options = readOptions(args);
  if (typeof options === "string") {
    complain(`simulator exam: ${options}\n`);
    return 2;
  }
  const { client: command, only = "", json, help, patienceMs } = options;
  if (help) {
    write(examHelp);
    return 0;
  }
  const report = await runExam({
    command,
    only,
    patienceMs,
    onResult: (result) => (json ? undefined : write(renderResult(result))),
  });
  write(json ? `${JSON.stringify(report, undefined, 2)}\n` : renderMark(report));
  return report.passed === report.total ? 0 : 1;
}

interface ExamArguments {
  readonly client: string;
  readonly only?: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
  readonly patienceMs: number;
}

/** The options, or what is wrong with them. */
function readOptions(args: readonly string[]): ExamArguments | string {
  const parsed = parse(args);
  if (typeof parsed === "string") return parsed;
  const { client = "", only, json, help, "patience-ms": patience } = parsed;
  const patienceMs = Number(patience);
  if (!help && client.trim() === "") return "--client COMMAND is missing";
  if (!Number.isInteger(patienceMs) || patienceMs < 1 || patienceMs > MAX_PATIENCE_MS)
    return `--patience-ms ${patience}: must be a whole number from 1 to ${MAX_PATIENCE_MS}`;
  if (only !== undefined && !examCases.some(({ name }) => name.includes(only)))
    return `--only ${only}: no case has that name`;
  return { client, only, json, help, patienceMs };
}

const optionTypes = {
  client: { type: "string" },
  only: { type: "string" },
  "patience-ms": { type: "string", default: "30000" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

const parseStrictly = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: optionTypes, allowPositionals: false }).values;

function parse(args: readonly string[]): ReturnType<typeof parseStrictly> | string {
  try {
    return parseStrictly(args);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
