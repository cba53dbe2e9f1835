import { spawnSync } from "node:child_process";
import { join } from "node:path";

const source = join(import.meta.dirname, "recorder.c");

/** The compilers that are tried, in this order. */
const compilers = ["cc", "gcc", "clang"];

/** Compiles the recorder into a folder. Gives its path, or nothing if this is no Linux or has no C compiler. */
export function compileRecorder(folder: string): string | undefined {
  if (process.platform !== "linux") return undefined;
  const compiler = compilers.find((name) => spawnSync(name, ["--version"]).status === 0);
  if (compiler === undefined) return undefined;
  const library = join(folder, "recorder.so");
  const compiled = spawnSync(compiler, ["-shared", "-fPIC", "-O2", "-o", library, source, "-ldl", "-lpthread"]);
  if (compiled.status !== 0) throw new Error(`the recorder does not compile: ${compiled.stderr.toString()}`);
  return library;
}
