import ts from "typescript";
import { type RuleViolation, violationAt, type Workspace, nodesOf } from "../workspace.ts";

const MESSAGE = "this Result is dropped unread: its error would be lost";

/**
 * A `Result` may be an error, so the code must read it. It is dropped by an expression statement, by `void`, on the left side of a
 * comma, and when a function returns it to a caller that expects nothing.
 */
export function droppedResult(workspace: Workspace): readonly RuleViolation[] {
  return workspace.files
    .flatMap((file) => [...nodesOf(file)])
    .flatMap((node) => droppedExpressionsOf(workspace.checker, node))
    .flatMap(valuesOf)
    .filter((expression) => !passesErrorOn(expression))
    .filter((expression) => carriesResult(workspace.checker, workspace.checker.getTypeAtLocation(expression)))
    .map((expression) => violationAt(workspace, expression, "dropped-result", MESSAGE));
}

/** The expressions whose value this node drops. */
function droppedExpressionsOf(checker: ts.TypeChecker, node: ts.Node): readonly ts.Expression[] {
  if (ts.isExpressionStatement(node) || ts.isVoidExpression(node)) return [node.expression];
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.CommaToken) return [node.left];
  if (ts.isForStatement(node))
    return [node.initializer, node.incrementor].filter((part) => part !== undefined && ts.isExpression(part));
  if (ts.isArrowFunction(node) && ts.isExpression(node.body) && isExpectedToGiveNothing(checker, node))
    return [node.body];
  return [];
}

/** A callback in a place whose type says `() => void`. */
function isExpectedToGiveNothing(checker: ts.TypeChecker, node: ts.ArrowFunction): boolean {
  const signatures = checker.getContextualType(node)?.getCallSignatures() ?? [];
  return signatures.length > 0 && signatures.every((each) => (each.getReturnType().flags & ts.TypeFlags.Void) !== 0);
}

/** The expressions that may be the value of this one; none if the value is assigned to a variable. */
function valuesOf(expression: ts.Expression): readonly ts.Expression[] {
  if (ts.isParenthesizedExpression(expression)) return valuesOf(expression.expression);
  if (ts.isConditionalExpression(expression)) return [expression.whenTrue, expression.whenFalse].flatMap(valuesOf);
  if (!ts.isBinaryExpression(expression)) return ts.isVoidExpression(expression) ? [] : [expression];
  const operator = expression.operatorToken.kind;
  if (operator >= ts.SyntaxKind.FirstAssignment && operator <= ts.SyntaxKind.LastAssignment) return [];
  // The left side of a comma is dropped by the comma itself.
  const sides = operator === ts.SyntaxKind.CommaToken ? [expression.right] : [expression.left, expression.right];
  return sides.flatMap(valuesOf);
}

/** `….orTee(report)`: the error is read, and the value is not needed. */
function passesErrorOn(expression: ts.Expression): boolean {
  const value = ts.isAwaitExpression(expression) ? expression.expression : expression;
  return (
    ts.isCallExpression(value) &&
    ts.isPropertyAccessExpression(value.expression) &&
    value.expression.name.text === "orTee"
  );
}

/** A Result, a promise or a list of them, or a union with one. */
function carriesResult(checker: ts.TypeChecker, type: ts.Type): boolean {
  if (type.isUnionOrIntersection()) return type.types.some((each) => carriesResult(checker, each));
  if (type.symbol?.declarations?.some(isNeverthrowClass) === true) return true;
  return isContainer(checker, type) && checker.getTypeArguments(type).some((each) => carriesResult(checker, each));
}

const isContainer = (checker: ts.TypeChecker, type: ts.Type): type is ts.TypeReference =>
  checker.isArrayType(type) ||
  checker.isTupleType(type) ||
  ["Promise", "PromiseLike"].includes(type.symbol?.name ?? "");

const isNeverthrowClass = (declaration: ts.Declaration): boolean =>
  ts.isClassDeclaration(declaration) && declaration.getSourceFile().fileName.includes("/neverthrow/");
