import { openHouse, type Rule, workspaceRoot } from "./house.ts";

/** A small source, and how many places of it break the rule. */
export interface Fixture {
  readonly given: string;
  readonly path: string;
  readonly text: string;
  readonly broken: number;
}

/** What `rule` finds in each fixture, all of them in one house: `line: message`. */
export function findingsIn(rule: Rule, fixtures: readonly Fixture[]): (fixture: Fixture) => readonly string[] {
  const findings = rule(openHouse(workspaceRoot(), fixtures));
  return ({ path }) => findings.filter((each) => each.path === path).map(({ line, message }) => `${line}: ${message}`);
}
