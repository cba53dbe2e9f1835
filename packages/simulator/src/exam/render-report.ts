import { toPrintable } from "../terminal/printable.ts";
import type { CaseResult, ExamReport } from "./run-exam.ts";

/** One case, as lines. The client's own words are among them, so that each line is made printable. */
export const renderResult = ({ name, rule, faults, complaint = "" }: CaseResult): string =>
  [
    `${faults.length === 0 ? "pass" : "FAIL"}  ${name}`,
    ...(faults.length === 0 ? [] : [`      ${rule}`]),
    ...faults.map((fault) => `    - ${fault}`),
    ...complaint.split("\n").flatMap((line) => (line.trim() === "" ? [] : [`      its own words: ${line}`])),
  ]
    .map((line) => `${toPrintable(line)}\n`)
    .join("");

export const renderMark = ({ passed, total }: ExamReport): string => `${passed} of ${total} cases passed\n`;
