import type { Readable } from "node:stream";

/** What a process says through a pipe. */
export interface Voice {
  readonly text: () => string;
  /** Resolves once so many lines have come, or none will come any more. */
  lines(count: number): Promise<void>;
}

export function listenTo(pipe: Readable): Voice {
  let text = "";
  let isOver = false;
  const waiting = new Set<() => void>();

  pipe.setEncoding("utf8");
  pipe.on("data", (piece: string) => {
    text += piece;
    for (const look of waiting) look();
  });
  pipe.once("close", () => {
    isOver = true;
    for (const look of waiting) look();
  });

  return {
    text: () => text,
    lines: (count) =>
      new Promise((resolve) => {
        function look(): void {
          if (!isOver && text.split("\n").length <= count) return;
          waiting.delete(look);
          resolve();
        }
        waiting.add(look);
        look();
      }),
  };
}
