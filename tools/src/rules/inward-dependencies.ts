import { posix } from "node:path";
import ts from "typescript";
import { type Finding, findingAt, type House, isTest, nodesOf, pathFrom } from "../house.ts";

/** What the files of one folder may import, besides each other. `node:` stands for every module of Node's own. */
interface Room {
  readonly folder: string;
  readonly sources: readonly string[];
  /** Of these, types only: nothing of them may exist at run time. */
  readonly typesOnly?: readonly string[];
  /** What tests may import on top. */
  readonly tests: readonly string[];
}

const RULE = "inward-dependencies";
const CORE = "@electrum-vouchers/core";
const TEST_TOOLS = ["vitest", "fast-check"];
const STAND_INS = [...TEST_TOOLS, "node:", "@electrum-vouchers/testkit", "@electrum-vouchers/simulator"];

/** Dependencies point inwards: apps, verification and benchmarks → adapters, runtime, testkit and simulator → core. */
const ROOMS: readonly Room[] = [
  { folder: "packages/core", sources: ["ts-pattern", "neverthrow", "valibot"], tests: [...TEST_TOOLS, CORE] },
  { folder: "packages/runtime", sources: [CORE, "neverthrow", "ts-pattern", "node:"], tests: STAND_INS },
  { folder: "packages/adapter-http", sources: [CORE, "neverthrow", "ky", "node:"], tests: STAND_INS },
  {
    folder: "packages/adapter-sqlite-outbox",
    sources: [CORE, "neverthrow", "better-sqlite3", "node:"],
    tests: STAND_INS,
  },
  { folder: "packages/testkit", sources: [CORE, "neverthrow", "node:", ...TEST_TOOLS], tests: [] },
  // It validates by rules of its own, so that one wrong limit cannot hide on both sides.
  { folder: "packages/simulator", sources: [CORE, "node:"], typesOnly: [CORE], tests: TEST_TOOLS },
];

/** `./drive` is for those who bring their own engine: it needs nothing but the core. */
const DRIVE: Room = { folder: "packages/runtime", sources: [CORE, "neverthrow"], tests: [] };
const DRIVE_ENTRY = "packages/runtime/src/drive.ts";

/** Imports point inwards only; apps, verification and benchmarks may import anything. No import leaves its room but for what the room's own line allows. */
export function inwardDependencies(house: House): readonly Finding[] {
  const driveFiles = reachableFrom(house, DRIVE_ENTRY);
  return house.files.flatMap((file) => {
    const path = pathFrom(house.root, file.fileName);
    if (!path.startsWith("packages/")) return [];
    const room = driveFiles.has(path) ? DRIVE : ROOMS.find(({ folder }) => path.startsWith(`${folder}/`));
    if (room === undefined)
      return [findingAt(house, file, RULE, "a package must say what it may import: give it a room")];
    return importsOf(file).flatMap((each) => faultsOf(house, room, path, each));
  });
}

function faultsOf(house: House, room: Room, path: string, { node, name, typeOnly }: Import): readonly Finding[] {
  const fault = (message: string) => [findingAt(house, node, RULE, message)];
  if (name === undefined) return fault(`${path} imports a module by a name that only exists at run time`);
  if (name.startsWith(".")) {
    const target = posix.join(posix.dirname(path), name);
    const inside =
      target.startsWith(`${room.folder}/src/`) || (isTest(path) && target.startsWith(`${room.folder}/test/`));
    return inside ? [] : fault(`${path} reaches out of its package, to ${target}`);
  }
  const allowed = isTest(path) ? [...room.sources, ...room.tests] : room.sources;
  const known = allowed.find((each) => each === packageOf(name));
  if (known === undefined) return fault(`${room.folder} must not import ${name}`);
  if (room.typesOnly?.includes(known) === true && !typeOnly)
    return fault(`${room.folder} takes only types from ${name}`);
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
  /** Absent where it is computed. */
  readonly name: string | undefined;
  readonly typeOnly: boolean;
}

/** Every import of a file: declarations, re-exports, `import()` as a value and as a type, `require`. */
function importsOf(file: ts.SourceFile): readonly Import[] {
  return [...nodesOf(file)].flatMap((node): readonly Import[] => {
    if (ts.isImportDeclaration(node)) {
      const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
      return [{ node, name: literal(node.moduleSpecifier), typeOnly }];
    }
    if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      return [{ node, name: literal(node.moduleSpecifier), typeOnly: node.isTypeOnly }];
    }
    if (ts.isImportTypeNode(node)) {
      const name = ts.isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : undefined;
      return [{ node, name, typeOnly: !node.isTypeOf }];
    }
    return ts.isCallExpression(node) && importsByCall(node)
      ? [{ node, name: node.arguments[0] && literal(node.arguments[0]), typeOnly: false }]
      : [];
  });
}

const importsByCall = ({ expression }: ts.CallExpression): boolean =>
  expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === "require");

const literal = (node: ts.Node): string | undefined => (ts.isStringLiteralLike(node) ? node.text : undefined);

/** The sources that `entry` pulls in by relative imports, itself included. */
function reachableFrom(house: House, entry: string): ReadonlySet<string> {
  const files = new Map(house.files.map((file) => [pathFrom(house.root, file.fileName), file]));
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
