import ts from "typescript";
import { type RuleViolation, violationAt, type Workspace, isTest, nodesOf, pathFrom } from "../workspace.ts";

/**
 * The core decides from its arguments alone: no clock, no random number, nothing that only some hosts have (timers, `process`,
 * `fetch`, `console`). So the same decision after a crash gives the same advice, and the core runs wherever JavaScript does.
 */
export function pureCore(workspace: Workspace): readonly RuleViolation[] {
  return workspace.files
    .filter(({ fileName }) => isCoreSource(pathFrom(workspace.root, fileName)))
    .flatMap((file) => [...nodesOf(file)])
    .filter((node) => ts.isIdentifier(node))
    .flatMap((identifier) => {
      const reason = impurityOf(workspace, identifier);
      return reason === undefined ? [] : [violationAt(workspace, identifier, "pure-core", `the core ${reason}`)];
    });
}

const isCoreSource = (path: string): boolean => path.startsWith("packages/core/src/") && !isTest(path);

function impurityOf(workspace: Workspace, identifier: ts.Identifier): string | undefined {
  const symbol = workspace.checker.getSymbolAtLocation(identifier);
  if (identifier.text === "globalThis") return "names what it uses: no globalThis";
  const declarations = symbol?.declarations ?? [];
  if (declarations.length === 0) return undefined;
  if (declarations.every(isOfHost)) return `must not use ${identifier.text}: not every host has it`;
  if (!declarations.every((each) => workspace.program.isSourceFileDefaultLibrary(each.getSourceFile())))
    return undefined;
  switch (identifier.text) {
    case "Date":
      return isTimeless(identifier) ? undefined : "reads no clock: a time comes in as an Instant";
    case "Math":
      return isArithmetic(identifier) ? undefined : "draws no random number: it derives what it needs from ids";
    case "Intl":
      return "does not depend on the machine's locale and time zone";
    default:
      return undefined;
  }
}

/** Declared by the types of a host (Node's), not by the language. */
const isOfHost = (declaration: ts.Declaration): boolean =>
  declaration.getSourceFile().fileName.includes("/@types/node/");

/** `new Date(instant)`, `Date.parse(text)`, `Date.UTC(…)`, or the type: none of them asks what time it is. */
function isTimeless(identifier: ts.Identifier): boolean {
  const { parent } = identifier;
  if (ts.isNewExpression(parent)) return (parent.arguments ?? []).length > 0;
  if (ts.isPropertyAccessExpression(parent)) return ["parse", "UTC"].includes(parent.name.text);
  return ts.isTypeNode(parent);
}

/** `Math.x`, with any `x` but `random`. */
const isArithmetic = ({ parent }: ts.Identifier): boolean =>
  ts.isPropertyAccessExpression(parent) && parent.name.text !== "random";
