#!/usr/bin/env node
import { run } from "./cli.ts";
import { writeLines } from "./print/write-lines.ts";

const BAD_INPUT_EXIT_CODE = 2;

const args = process.argv.slice(2);
if (args[0] === "switch") {
  // For the demo itself: a simulated switch in a process of its own.
  const { runSwitch } = await import("./switch/main.ts");
  await runSwitch(args.slice(1));
} else {
  (await run(args)).match(
    (exitCode) => {
      process.exitCode = exitCode;
    },
    ({ lines }) => {
      writeLines(process.stderr, lines);
      process.exitCode = BAD_INPUT_EXIT_CODE;
    },
  );
}
