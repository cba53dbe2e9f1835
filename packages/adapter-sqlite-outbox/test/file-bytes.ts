import { execFileSync } from "node:child_process";

const PROGRAM = "process.stdout.write(require('node:fs').readFileSync(process.argv[1]))";
const MAX_BYTES = 64 * 2 ** 20;

/** The bytes of a file that SQLite may have open in this process: another process reads them, or this one would lose its locks. */
export const bytesOf = (path: string): Buffer =>
  execFileSync(process.execPath, ["-e", PROGRAM, path], { maxBuffer: MAX_BYTES });
