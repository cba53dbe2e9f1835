#!/usr/bin/env node
import { runExamCommand } from "./exam/exam-command.ts";
import { type Simulator, startSimulator } from "./http/simulator.ts";
import { type CommandLine, help, readCommandLine } from "./terminal/options.ts";
import { toPrintable } from "./terminal/printable.ts";
import { watch } from "./terminal/watch.ts";

/** Tells a parent program that the simulator listens: over IPC if there is a channel, and as a line of output with `--json`. */
interface ListeningMessage {
  readonly type: "listening";
  readonly url: string;
  readonly adminUrl: string;
}

async function run({ simulator: options, watch: isWatching, json, stopsWithParent }: CommandLine): Promise<void> {
  const simulator = await startSimulator(options);
  const stopWatching = isWatching ? watch(simulator, process.stdout) : () => undefined;
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    stopWatching();
    process.off("disconnect", stop);
    void simulator.stop().then(() => {
      if (stopsWithParent) process.stdin.destroy();
      if (process.connected) process.disconnect();
    });
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  if (stopsWithParent) {
    process.once("disconnect", stop);
    process.stdin.once("end", stop).once("error", stop).resume();
  }
  announce(simulator, json);
}

function announce({ url, adminUrl }: Simulator, json: boolean): void {
  const listening: ListeningMessage = { type: "listening", url, adminUrl };
  process.send?.(listening);
  const page = new URL("/", adminUrl).href;
  const text = `Electrum simulator: ${url}\nadministration:     ${adminUrl}\npage:               ${page}\nstop with Ctrl+C\n`;
  process.stdout.write(json ? `${JSON.stringify(listening)}\n` : text);
}

function fail(lines: readonly string[], exitCode: number): void {
  for (const line of lines) process.stderr.write(`simulator: ${toPrintable(line)}\n`);
  process.exitCode = exitCode;
}

async function runExamination(args: readonly string[]): Promise<void> {
  process.exitCode = await runExamCommand(args, {
    write: (text) => void process.stdout.write(text),
    complain: (text) => void process.stderr.write(toPrintable(text.trimEnd()).concat("\n")),
  });
}

function runSimulator(args: readonly string[]): void {
  const input = readCommandLine(args);
  switch (input.type) {
    case "help":
      process.stdout.write(help);
      break;
    case "invalid":
      fail(input.lines, 2);
      break;
    case "run":
      run(input.commandLine).catch(failWith);
  }
}

const failWith = (error: unknown): void => fail([error instanceof Error ? error.message : String(error)], 1);

const [command, ...rest] = process.argv.slice(2);
if (command === "exam") runExamination(rest).catch(failWith);
else runSimulator(process.argv.slice(2));
