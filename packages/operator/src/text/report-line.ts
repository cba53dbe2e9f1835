/** How a line is meant. It is a colour on a terminal that shows colours, and nothing elsewhere. */
export type Tone = "good" | "warning" | "bad" | "dim" | "bold";

/** A line for an operator, not broken yet. It holds no secret, and what came from outside is escaped in it. */
export interface ReportLine {
  readonly text: string;
  readonly tone?: Tone;
  /** It is pasted into a shell, or goes to a printer: it is never broken. */
  readonly isWhole?: true;
}

export const textLine = (text: string, tone?: Tone): ReportLine => ({ text, ...(tone === undefined ? {} : { tone }) });

/** A command, as it can be pasted. */
export const commandLine = (command: string): ReportLine => ({ text: `  ${command}`, isWhole: true });

export const wholeLine = (text: string): ReportLine => ({ text, isWhole: true });
