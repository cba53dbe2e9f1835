import { expect, it } from "vitest";
import { startSimulator } from "./simulator.ts";
import { type SimulatorOptions, validateSimulatorOptions } from "./simulator-options.ts";

/** What a caller without types may give. */
const untyped = (options: object): SimulatorOptions => options;

it("refuses wrong options, all at once, and does not start", async () => {
  const options = untyped({
    world: {},
    onChange: "log",
    port: 70_000,
    host: "",
    faults: { rules: [{ fault: { kind: "meteorite" } }] },
    forwardRepeatMs: 0,
    maxHistory: "many",
    prot: 8080,
  });
  const error: unknown = await startSimulator(options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toHaveProperty(
    "faults",
    ["world", "onChange", "port", "host", "faults.rules[0].fault.kind", "forwardRepeatMs", "maxHistory", "prot"].map(
      (field): unknown => expect.objectContaining({ field }),
    ),
  );
});

it.each([[5], ["8080"], [true], [[]], [null]])("refuses %j, which is no object of options", async (given) => {
  // @ts-expect-error -- a caller without types
  await expect(startSimulator(given)).rejects.toThrow("startSimulator: must be an object of options");
});

it.each([
  [{ "  ": {} }, "providers must have names of letters"],
  [{ OTT: { takesRetries: "no" } }, "providers.OTT.takesRetries must be true or false"],
  [{ OTT: { window: 0 } }, "providers.OTT.window must be a whole number from 1"],
  [Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`P${index}`, {}])), "at most 100 providers"],
])("refuses the providers %j", async (providers, expected) => {
  await expect(startSimulator(untyped({ providers }))).rejects.toThrow(expected);
});

it("accepts every option, and none", () => {
  const options: SimulatorOptions = {
    port: 0,
    host: "::1",
    faults: { rules: [{ fault: { kind: "noResponse", processed: true } }] },
    forwardRepeatMs: 5,
    seed: 2,
    tokenLifetimeSeconds: 60,
    strict: true,
    additionalFields: ["loyaltyPoints"],
    providers: { OTT: { takesRetries: false, window: 4 } },
    singleMessagingUsers: ["shop"],
    remembersReversals: false,
    upstreamDeadlineMs: 10,
    maxTransactions: 5,
    maxHistory: 5,
    onChange: () => {},
  };
  expect([validateSimulatorOptions(options), validateSimulatorOptions({})]).toEqual([options, {}]);
  // No history is kept.
  expect(validateSimulatorOptions({ maxHistory: 0 })).toEqual({ maxHistory: 0 });
});
