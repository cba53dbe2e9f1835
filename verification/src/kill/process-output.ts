import type { Readable } from "node:stream";

/** What a process writes to a pipe. */
export interface ProcessOutput {
  readonly text: () => string;
  /** Resolves once there are so many lines, or the pipe is closed. */
  waitForLines(count: number): Promise<void>;
}

export function readOutput(pipe: Readable): ProcessOutput {
  let text = "";
  let isClosed = false;
  const waiters = new Set<() => void>();

  pipe.setEncoding("utf8");
  pipe.on("data", (chunk: string) => {
    text += chunk;
    for (const check of waiters) check();
  });
  pipe.once("close", () => {
    isClosed = true;
    for (const check of waiters) check();
  });

  return {
    text: () => text,
    waitForLines: (count) =>
      new Promise((resolve) => {
        function check(): void {
          if (!isClosed && text.split("\n").length <= count) return;
          waiters.delete(check);
          resolve();
        }
        waiters.add(check);
        check();
      }),
  };
}
