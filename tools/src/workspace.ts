import { join, posix, sep } from "node:path";
import ts from "typescript";

/** Every source of the workspace in one program, so that a rule can follow a type from package to package. */
export interface Workspace {
  readonly root: string;
  readonly files: readonly ts.SourceFile[];
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
}

/** A source file: its path from the root of the workspace, with forward slashes, and its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** A rule of the workspace: gives every violation. */
export type Rule = (workspace: Workspace) => readonly RuleViolation[];

/** One place that breaks a rule. */
export interface RuleViolation {
  readonly rule: string;
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly message: string;
}

/** Reads every source in the folders of the workspace. */
export function sourcesIn(root: string): readonly Source[] {
  return ["packages", "apps", "tools", "postgres-server", "verification", "benchmarks"]
    .flatMap((folder) =>
      ts.sys.readDirectory(
        `${root}/${folder}`,
        [".ts"],
        ["**/node_modules", "**/dist"],
        ["**/src/**/*", "**/test/**/*"],
      ),
    )
    .map((path) => ({ path: pathFrom(root, path), text: ts.sys.readFile(path) ?? "" }));
}

/** Opens a workspace with these sources; what they import besides is read from the disk. `root` has forward slashes. */
export function openWorkspace(root: string, sources: readonly Source[]): Workspace {
  const options = compilerOptions(root);
  const texts = new Map(sources.map(({ path, text }) => [`${root}/${path}`, text]));
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (path) => texts.has(path) || disk.fileExists(path),
    readFile: (path) => texts.get(path) ?? disk.readFile(path),
    getSourceFile: (path, languageVersion) => {
      const text = texts.get(path);
      return text === undefined
        ? disk.getSourceFile(path, languageVersion)
        : ts.createSourceFile(path, text, languageVersion, true);
    },
  };
  const program = ts.createProgram({ rootNames: [...texts.keys()], options, host });
  const files = program.getSourceFiles().filter(({ fileName }) => texts.has(fileName));
  return { root, files, program, checker: program.getTypeChecker() };
}

function compilerOptions(root: string): ts.CompilerOptions {
  const config = ts.readJsonConfigFile(`${root}/tsconfig.base.json`, (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonSourceFileConfigFileContent(config, ts.sys, root);
  return { ...options, noEmit: true, types: ["node"], customConditions: ["@electrum-vouchers/source"] };
}

/** The path of a file from the root of the workspace, with forward slashes on every system. */
export const pathFrom = (root: string, path: string): string => posix.relative(root, path);

/** The root of this workspace, with forward slashes on every system. */
export const workspaceRoot = (): string =>
  join(import.meta.dirname, "../..")
    .split(sep)
    .join(posix.sep);

/** Whether a file is a test (of behaviour, or of types), or in the `test` folder with what tests share. */
export const isTest = (path: string): boolean => /\.test(-d)?\.ts$|^packages\/[^/]+\/test\//.test(path);

/** A violation at a node, for `rule`. */
export function violationAt(workspace: Workspace, node: ts.Node, rule: string, message: string): RuleViolation {
  const file = node.getSourceFile();
  const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
  return { rule, path: pathFrom(workspace.root, file.fileName), line, message };
}

/** Every node below `node`, itself included, in the order of the text. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    children.push(child);
  });
  for (const child of children) yield* nodesOf(child);
}
