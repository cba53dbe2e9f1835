import { outboxConformance } from "@electrum-vouchers/testkit/outbox-conformance";
import { temporaryStore } from "../test/temporary-store.ts";

outboxConformance({ name: "the outbox on a SQLite file", create: async () => temporaryStore(), isPersistent: true });
