import { expect, test } from "vitest";
import { holdUntilKilled } from "./conformance/hold-until-killed.ts";
import { createMemoryOutbox } from "./memory-outbox.ts";
import { outboxConformance } from "./outbox-conformance.ts";

outboxConformance({
  name: "the outbox in memory",
  create: async () => {
    const store = createMemoryOutbox(() => performance.now());
    return {
      open: async () => store.connect(),
      startHolder: async () => {
        const process = store.connect();
        await holdUntilKilled(process);
        return { kill: async () => process.crash() };
      },
      remove: async () => {},
    };
  },
  isPersistent: false,
});

test("a clock that is none is refused when the outbox is made", () => {
  // @ts-expect-error -- what a caller without types may give
  expect(() => createMemoryOutbox(5)).toThrow("createMemoryOutbox: readMs must be a function");
});
