import { openWorkspace, type Rule, workspaceRoot } from "./workspace.ts";

/** A small source, and how often it breaks the rule. */
export interface Fixture {
  readonly description: string;
  readonly path: string;
  readonly text: string;
  readonly violationCount: number;
}

/** What `rule` finds in each fixture, all of them in one workspace: `line: message`. */
export function violationsIn(rule: Rule, fixtures: readonly Fixture[]): (fixture: Fixture) => readonly string[] {
  const violations = rule(openWorkspace(workspaceRoot(), fixtures));
  return ({ path }) =>
    violations.filter((each) => each.path === path).map(({ line, message }) => `${line}: ${message}`);
}
