import { describe, expect, test } from "vitest";
import { ID } from "../../test/messages.ts";
import type { Json } from "../json.ts";
import { speakerOf, type Speaker } from "./speaker.ts";

describe("who sent an error", () => {
  test.each<[string, Json | undefined, Speaker]>([
    ["an id of ours, and any type", { id: ID, errorType: "A_TYPE_OF_NEXT_YEAR" }, "electrum"],
    ["an id of ours in upper case", { id: ID.toUpperCase(), errorType: "GENERAL_ERROR" }, "electrum"],
    ["no id, and a published type", { errorType: "FORMAT_ERROR" }, "unnamed"],
    ["an id that is null, and a published type", { id: null, errorType: "FORMAT_ERROR" }, "unnamed"],
    ["no id, and another type", { errorType: "NO_ROUTE" }, "foreign"],
    ["another id", { id: "another", errorType: "FORMAT_ERROR" }, "foreign"],
    ["an id, but no type", { id: ID }, "foreign"],
    ["no JSON", undefined, "foreign"],
  ])("%s", (_, body, speaker) => {
    expect(speakerOf(body, [ID])).toBe(speaker);
  });

  test("to a lookup, any error of the shape: a lookup has no id", () => {
    expect(speakerOf({ id: "another", errorType: "NO_ROUTE" }, [])).toBe("electrum");
  });
});
