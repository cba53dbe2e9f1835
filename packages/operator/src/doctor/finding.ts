/** One thing that was looked at on the way to Electrum. */
export interface ConnectionFinding {
  /** What was looked at: `url`, `environment`, `name`, `connection`, `certificate`, `answer`, `credentials`, `clock`. */
  readonly subject: string;
  readonly level: "good" | "warning" | "bad";
  readonly text: string;
}

export const finding = (subject: string, level: ConnectionFinding["level"], text: string): ConnectionFinding => ({
  subject,
  level,
  text,
});
