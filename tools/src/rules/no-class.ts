import ts from "typescript";
import { type RuleViolation, violationAt, type Workspace, nodesOf } from "../workspace.ts";

/** Data is plain and behaviour is functions: a factory does what a class would, without `this`. */
export const noClass = (workspace: Workspace): readonly RuleViolation[] =>
  workspace.files
    .flatMap((file) => [...nodesOf(file)])
    .filter((node) => ts.isClassLike(node))
    .map((node) => violationAt(workspace, node, "no-class", "a factory instead of a class"));
