import { describe, expect, test } from "vitest";
import { provisionEvents } from "../../test/provision-events.ts";
import { provisionSituations } from "../../test/provision-situations.ts";
import { provisionTable } from "../../test/provision-table.ts";
import { actualSteps, namesOf, expectedSteps, findUndefinedFields } from "../../test/specification.ts";
import { provisionStates } from "../transaction.ts";

const machine = { situations: provisionSituations, events: provisionEvents, table: provisionTable };
const situations = namesOf(provisionSituations);
const events = namesOf(provisionEvents);

describe(`the provision, in ${situations.length} situations x ${events.length} events = ${situations.length * events.length} pairs`, () => {
  test.each(situations)("%s", (situation) => {
    expect(actualSteps(machine, situation)).toEqual(expectedSteps(machine, situation));
  });

  test("no step leaves a field that is undefined: it would not be stored", () => {
    expect(situations.flatMap((situation) => findUndefinedFields(machine, situation))).toEqual([]);
  });

  test("the situations contain every state", () => {
    expect(new Set(situations.map((situation) => provisionSituations[situation]().state))).toEqual(
      new Set(provisionStates),
    );
  });

  test("a pair that is missing from the table, or named twice, is detected", () => {
    const without = expectedSteps({ ...machine, table: [] }, "requesting");
    const twice = expectedSteps(
      { ...machine, table: [...provisionTable, ["requesting", "approved", "declined"]] },
      "requesting",
    );
    expect(new Set(Object.values(without))).toEqual(new Set(["NOT SPECIFIED"]));
    expect(twice["approved"]).toBe("SPECIFIED TWICE: issued / declined");
  });
});
