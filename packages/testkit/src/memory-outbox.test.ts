import { createMemoryOutbox } from "./memory-outbox.ts";
import { outboxConformance } from "./outbox-conformance.ts";

outboxConformance({
  name: "the outbox in memory",
  create: async () => {
    const outbox = createMemoryOutbox();
    return { open: async () => outbox, remove: async () => {} };
  },
  isPersistent: false,
});
