import ts from "typescript";
import { isTest, pathFrom, type RuleViolation, violationAt, type Workspace } from "../workspace.ts";

/**
 * Names that several packages declare because they mean the same thing there and cannot share it. All others are declared by one
 * package: a reader who knows a name knows it everywhere.
 */
const SHARED: ReadonlyMap<string, string> = new Map([
  // The simulator and the test kit must not rely on the core's own reading of JSON, nor the test kit on its list of states.
  ...because("a second telling of the core's, so that one mistake cannot hide on both sides", [
    "errorTypes",
    "isJsonObject",
    "parseJson",
    "provisionStates",
    "redemptionStates",
    "refundStates",
    "sameJson",
  ]),
  ...because("the documented flows, whose actions the demo and the crash points perform by their own means", [
    "Flow",
    "cancel",
    "confirm",
    "confirmRedemption",
    "flows",
    "lookUp",
    "lookUpSale",
    "performAction",
    "redeem",
    "sell",
    "tenders",
  ]),
  ...because("a sample message for tests, of packages that do not depend on one another", [
    "provisionRequest",
    "redemptionRequest",
    "refundRequest",
  ]),
  ...because("the call of a till, as a flow has it, and the operation of Electrum's that it leads to", [
    "confirmRefund",
  ]),
  ...because("a helper of programs that do not depend on one another", [
    "NOW",
    "commitAll",
    "formatTable",
    "runConcurrently",
    "withTemporaryFolder",
  ]),
]);

function because(reason: string, names: readonly string[]): readonly (readonly [string, string])[] {
  return names.map((name) => [name, reason]);
}

/** No name is exported by two packages that each declare it: one word has one meaning in the whole workspace. */
export function oneMeaning(workspace: Workspace): readonly RuleViolation[] {
  const declarations = new Map<string, ts.Node[]>();
  for (const file of workspace.files.filter(({ fileName }) => !isTest(pathFrom(workspace.root, fileName)))) {
    for (const name of file.statements.flatMap(exportedNames)) {
      declarations.set(name.text, [...(declarations.get(name.text) ?? []), name]);
    }
  }
  return [...declarations].flatMap(([name, nodes]) => {
    const [first] = nodes;
    if (first === undefined || SHARED.has(name)) return [];
    const home = packageOf(workspace, first);
    return nodes
      .filter((node) => packageOf(workspace, node) !== home)
      .map((node) =>
        violationAt(workspace, node, "one-meaning", `${name} is declared in ${home}, too: give one another name`),
      );
  });
}

/** The names that a statement declares and exports. What it only re-exports is declared elsewhere. */
function exportedNames(statement: ts.Statement): readonly ts.Identifier[] {
  if (!ts.canHaveModifiers(statement)) return [];
  if (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) !== true) return [];
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name).filter(ts.isIdentifier);
  const isNamed =
    ts.isFunctionDeclaration(statement) || ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
  return isNamed && statement.name !== undefined ? [statement.name] : [];
}

/** `packages/core`, `apps/demo`, `tools`. */
const packageOf = (workspace: Workspace, node: ts.Node): string =>
  /^(packages\/[^/]+|apps\/[^/]+|[^/]+)/.exec(pathFrom(workspace.root, node.getSourceFile().fileName))?.[0] ?? "";
