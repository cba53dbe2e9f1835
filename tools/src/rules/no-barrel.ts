import ts from "typescript";
import { type RuleViolation, violationAt, type Workspace } from "../workspace.ts";

/** Only an entry of a package re-exports: the files that its `exports` name. Everything else is imported from its own file. */
export function noBarrel(workspace: Workspace): readonly RuleViolation[] {
  const entries = new Set(workspace.files.map(({ fileName }) => packageOf(fileName)).flatMap(entriesOf));
  return workspace.files
    .filter(({ fileName }) => !entries.has(fileName))
    .flatMap((file) => file.statements)
    .filter((statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined)
    .map((statement) => violationAt(workspace, statement, "no-barrel", "only an entry of a package re-exports"));
}

const packageOf = (fileName: string): string => fileName.replace(/\/(src|test)\/.*$/, "");

/** Every source that the package's `exports` name, and its `src/index.ts`. */
function entriesOf(folder: string): readonly string[] {
  const sources = ts.sys.readFile(`${folder}/package.json`)?.matchAll(/"\.\/(src\/[^"]+\.ts)"/g) ?? [];
  return ["src/index.ts", ...[...sources].map(([, path]) => path)].map((path) => `${folder}/${path}`);
}
