import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Instrumenter } from "@stryker-mutator/instrumenter";

/** One small change to a source. */
export interface Mutant {
  readonly id: string;
  /** Relative to the folder of the sources. */
  readonly file: string;
  readonly line: number;
  /** What Stryker calls this kind of change. */
  readonly mutator: string;
  /** What is changed, on one line. */
  readonly original: string;
  readonly replacement: string;
}

/** Sources with every mutant in them. A mutant is inactive until it is switched on by its id. */
export interface MutatedSources {
  readonly mutants: readonly Mutant[];
  /** The instrumented sources, by their paths. */
  readonly instrumented: ReadonlyMap<string, string>;
}

/** Puts every mutant that Stryker knows into these files. */
export async function mutate(folder: string, files: readonly string[]): Promise<MutatedSources> {
  const sources = await Promise.all(
    files.map(async (file) => ({ file, name: join(folder, file), text: await readFile(join(folder, file), "utf8") })),
  );
  const result = await new Instrumenter(silentLogger).instrument(
    sources.map(({ name, text }) => ({ name, content: text, mutate: true })),
    { plugins: null, excludedMutations: [], ignorers: [] },
  );
  return {
    mutants: result.mutants.flatMap(({ id, fileName, mutatorName, location, replacement }) =>
      sources
        .filter(({ name }) => name === fileName)
        .map(({ file, text }) => ({
          id,
          file,
          line: location.start.line + 1,
          mutator: mutatorName,
          original: onOneLine(text.slice(offsetOf(text, location.start), offsetOf(text, location.end))),
          replacement: onOneLine(replacement),
        })),
    ),
    instrumented: new Map(result.files.map(({ name, content }) => [name, content])),
  };
}

/** The offset of a position in a text. Lines and columns count from 0. */
const offsetOf = (text: string, { line, column }: { readonly line: number; readonly column: number }): number =>
  text
    .split("\n")
    .slice(0, line)
    .reduce((offset, { length }) => offset + length + 1, column);

const onOneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

const never = (): boolean => false;
const ignore = (): void => undefined;

/** The instrumenter reports its progress, which is not needed. */
const silentLogger = {
  isTraceEnabled: never,
  isDebugEnabled: never,
  isInfoEnabled: never,
  isWarnEnabled: never,
  isErrorEnabled: never,
  isFatalEnabled: never,
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  fatal: ignore,
};
