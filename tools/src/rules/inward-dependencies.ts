import { posix } from "node:path";
import ts from "typescript";
import { type RuleViolation, violationAt, type Workspace, isTest, nodesOf, pathFrom } from "../workspace.ts";

/** What the files of one folder may import, besides each other. `node:` stands for every module of Node's own. */
interface PackageRule {
  readonly folder: string;
  readonly sourceImports: readonly string[];
  /** Of these, types only: nothing of them may exist at run time. */
  readonly typeOnlyImports?: readonly string[];
  /** What tests may import on top. */
  readonly testImports: readonly string[];
}

const RULE = "inward-dependencies";
const CORE = "@electrum-vouchers/core";
const TEST_TOOLS = ["vitest", "fast-check"];
const SIMULATOR = "@electrum-vouchers/simulator";
const TEST_DEPENDENCIES = [...TEST_TOOLS, "node:", "@electrum-vouchers/testkit", SIMULATOR];

/**
 * Dependencies point inwards: apps, verification and benchmarks → operator → adapters and runtime → core. For their tests these use
 * testkit → simulator → core; so the tests of the simulator and of the core stand beneath testkit, and do without it.
 */
const PACKAGE_RULES: readonly PackageRule[] = [
  {
    folder: "packages/core",
    sourceImports: ["ts-pattern", "neverthrow", "valibot"],
    testImports: [...TEST_TOOLS, CORE],
  },
  {
    folder: "packages/runtime",
    sourceImports: [CORE, "neverthrow", "ts-pattern", "node:"],
    testImports: TEST_DEPENDENCIES,
  },
  {
    folder: "packages/adapter-http",
    sourceImports: [CORE, "neverthrow", "ky", "node:"],
    testImports: TEST_DEPENDENCIES,
  },
  {
    folder: "packages/adapter-sqlite-outbox",
    sourceImports: [CORE, "neverthrow", "better-sqlite3", "node:"],
    testImports: TEST_DEPENDENCIES,
  },
  {
    folder: "packages/adapter-postgres-outbox",
    sourceImports: [CORE, "neverthrow", "pg", "node:"],
    testImports: [...TEST_DEPENDENCIES, "postgres-server"],
  },
  {
    folder: "packages/operator",
    sourceImports: [
      CORE,
      "@electrum-vouchers/runtime",
      "@electrum-vouchers/adapter-http",
      "@electrum-vouchers/adapter-sqlite-outbox",
      "@electrum-vouchers/adapter-postgres-outbox",
      "neverthrow",
      "node:",
    ],
    testImports: [...TEST_DEPENDENCIES, "postgres-server"],
  },
  {
    folder: "packages/testkit",
    sourceImports: [CORE, SIMULATOR, "neverthrow", "node:", ...TEST_TOOLS],
    testImports: [],
  },
  // It validates by rules of its own, so that one wrong limit cannot hide on both sides.
  {
    folder: "packages/simulator",
    sourceImports: [CORE, "node:"],
    typeOnlyImports: [CORE],
    // Ajv checks each exchange against the OpenAPI document.
    testImports: [...TEST_TOOLS, "ajv"],
  },
];

/** `./engine` is for users with an engine of their own: it needs nothing but the core. */
const ENGINE_RULE: PackageRule = { folder: "packages/runtime", sourceImports: [CORE, "neverthrow"], testImports: [] };
export const ENGINE_ENTRY = "packages/runtime/src/engine/index.ts";

/** Only `./outbox-conformance` of the testkit needs a test runner. */
const TESTKIT_RULE: PackageRule = {
  folder: "packages/testkit",
  sourceImports: [CORE, SIMULATOR, "neverthrow", "node:"],
  testImports: TEST_TOOLS,
};
const TESTKIT_ENTRY = "packages/testkit/src/index.ts";

/** Imports point inwards only; apps, verification and benchmarks may import anything. No import leaves its package but for what the package's own rule allows. */
export function inwardDependencies(workspace: Workspace): readonly RuleViolation[] {
  const engineFiles = reachableFrom(workspace, ENGINE_ENTRY);
  const testkitFiles = reachableFrom(workspace, TESTKIT_ENTRY);
  return workspace.files.flatMap((file) => {
    const path = pathFrom(workspace.root, file.fileName);
    if (!path.startsWith("packages/")) return [];
    const ownRule = PACKAGE_RULES.find(({ folder }) => path.startsWith(`${folder}/`));
    const packageRule = engineFiles.has(path) ? ENGINE_RULE : testkitFiles.has(path) ? TESTKIT_RULE : ownRule;
    if (packageRule === undefined)
      return [violationAt(workspace, file, RULE, "a package must say what it may import: give it a rule")];
    return importsOf(file).flatMap((each) => checkImport(workspace, packageRule, path, each));
  });
}

function checkImport(
  workspace: Workspace,
  packageRule: PackageRule,
  path: string,
  { node, name, typeOnly }: Import,
): readonly RuleViolation[] {
  const violation = (message: string) => [violationAt(workspace, node, RULE, message)];
  if (name === undefined) return violation(`${path} imports a module by a name that only exists at run time`);
  if (name.startsWith(".")) {
    const target = posix.join(posix.dirname(path), name);
    const inside =
      target.startsWith(`${packageRule.folder}/src/`) ||
      (isTest(path) && target.startsWith(`${packageRule.folder}/test/`));
    return inside ? [] : violation(`${path} reaches out of its package, to ${target}`);
  }
  const allowed = isTest(path) ? [...packageRule.sourceImports, ...packageRule.testImports] : packageRule.sourceImports;
  const known = allowed.find((each) => each === packageOf(name));
  if (known === undefined) return violation(`${packageRule.folder} must not import ${name}`);
  if (packageRule.typeOnlyImports?.includes(known) === true && !typeOnly)
    return violation(`${packageRule.folder} takes only types from ${name}`);
  return [];
}

/** The package that a module belongs to: `@scope/name/sub` → `@scope/name`, `node:fs` → `node:`. */
function packageOf(name: string): string {
  if (ts.isExternalModuleNameRelative(name)) return name;
  if (name.startsWith("node:")) return "node:";
  return name.split("/", name.startsWith("@") ? 2 : 1).join("/");
}

interface Import {
  readonly node: ts.Node;
  /** Absent if it is computed. */
  readonly name: string | undefined;
  readonly typeOnly: boolean;
}

/** Every import of a file: declarations, re-exports, `import()` as a value and as a type, `require`. */
function importsOf(file: ts.SourceFile): readonly Import[] {
  return [...nodesOf(file)].flatMap((node): readonly Import[] => {
    if (ts.isImportDeclaration(node)) {
      const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      return [{ node, name: literalText(node.moduleSpecifier), typeOnly }];
    }
    if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      return [{ node, name: literalText(node.moduleSpecifier), typeOnly: node.isTypeOnly }];
    }
    if (ts.isImportTypeNode(node)) {
      const name = ts.isLiteralTypeNode(node.argument) ? literalText(node.argument.literal) : undefined;
      return [{ node, name, typeOnly: !node.isTypeOf }];
    }
    return ts.isCallExpression(node) && isImportCall(node)
      ? [{ node, name: node.arguments[0] && literalText(node.arguments[0]), typeOnly: false }]
      : [];
  });
}

const isImportCall = ({ expression }: ts.CallExpression): boolean =>
  expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === "require");

const literalText = (node: ts.Node): string | undefined => (ts.isStringLiteralLike(node) ? node.text : undefined);

/** The sources that `entry` pulls in by relative imports, itself included. */
function reachableFrom(workspace: Workspace, entry: string): ReadonlySet<string> {
  const files = new Map(workspace.files.map((file) => [pathFrom(workspace.root, file.fileName), file]));
  const reached = new Set<string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = files.get(path);
    if (file === undefined || reached.has(path)) continue;
    reached.add(path);
    for (const { name } of importsOf(file))
      if (name?.startsWith(".") === true) waiting.push(posix.join(posix.dirname(path), name));
  }
  return reached;
}
