import { describe, expect, test } from "vitest";
import { redemptionEvents } from "../../test/redemption-events.ts";
import { redemptionSituations } from "../../test/redemption-situations.ts";
import { redemptionTable } from "../../test/redemption-table.ts";
import { actualSteps, namesOf, expectedSteps, findUndefinedFields } from "../../test/specification.ts";
import { redemptionStates } from "../transaction.ts";

const machine = { situations: redemptionSituations, events: redemptionEvents, table: redemptionTable };
const situations = namesOf(redemptionSituations);
const events = namesOf(redemptionEvents);

describe(`the redemption, in ${situations.length} situations x ${events.length} events = ${situations.length * events.length} pairs`, () => {
  test.each(situations)("%s", (situation) => {
    expect(actualSteps(machine, situation)).toEqual(expectedSteps(machine, situation));
  });

  test("no step leaves a field that is undefined: it would not be stored", () => {
    expect(situations.flatMap((situation) => findUndefinedFields(machine, situation))).toEqual([]);
  });

  test("the situations contain every state", () => {
    expect(new Set(situations.map((situation) => redemptionSituations[situation]().state))).toEqual(
      new Set(redemptionStates),
    );
  });
});
