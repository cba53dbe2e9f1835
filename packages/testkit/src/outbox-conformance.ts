import type { Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";
import { afterEach, describe } from "vitest";
import { testClaims } from "./conformance/claims.ts";
import { testColumns } from "./conformance/columns.ts";
import { testClosing } from "./conformance/closing.ts";
import { testCommits } from "./conformance/commits.ts";
import { testConcurrency } from "./conformance/concurrency.ts";
import { testDeliveries } from "./conformance/deliveries.ts";
import { testDisturbances } from "./conformance/disturbances.ts";
import { testExclusiveKeys, testSharedKeys } from "./conformance/exclusive-keys.ts";
import { testInspection } from "./conformance/inspection.ts";
import { testLeases } from "./conformance/leases.ts";
import { testAgainstModel } from "./conformance/model.ts";
import { testPostponements } from "./conformance/postponements.ts";
import { testProcesses } from "./conformance/processes.ts";
import { testQueues } from "./conformance/queues.ts";
import { testDamage } from "./conformance/repair.ts";
import { testRetention } from "./conformance/retention.ts";
import type { OutboxStore } from "./conformance/outbox-store.ts";

export type { HoldingProcess, OutboxStore, StoreDisturbances } from "./conformance/outbox-store.ts";

export interface OutboxConformanceOptions {
  /** What is tested, for the report. */
  readonly name: string;
  /** Makes an empty store. */
  create(): Promise<OutboxStore>;
  /** Whether records are still there once every outbox on the store was closed. */
  readonly isPersistent: boolean;
}

/**
 * Registers tests with vitest for everything that the outbox port promises.
 *
 * @example
 * outboxConformance({ name: "my outbox", create: createMyStore, persists: true });
 */
export function outboxConformance({ name, create, isPersistent }: OutboxConformanceOptions): void {
  const created: OutboxStore[] = [];
  afterEach(async () => {
    for (const store of created.splice(0)) await store.remove();
  });

  const createStore = async (): Promise<OutboxStore> => {
    const store = await create();
    created.push(store);
    return store;
  };
  const open = async (): Promise<Outbox & OutboxInspection> => (await createStore()).open();

  describe(`${name}, as an outbox`, () => {
    describe("commits", () => {
      testCommits(open);
    });
    describe("commits a change with an exclusive key", () => {
      testExclusiveKeys(open);
    });
    describe("has columns that", () => {
      testColumns(open);
    });
    describe("claims what is due", () => {
      testClaims(open);
    });
    describe("claims by queue and client", () => {
      testQueues(open);
    });
    describe("leases what it gives out", () => {
      testLeases(open);
    });
    describe("postpones", () => {
      testPostponements(open);
    });
    describe("tells first deliveries from repeats, and advances repeats", () => {
      testDeliveries(open);
    });
    describe("shows what it holds", () => {
      testInspection(open);
    });
    describe("sees damage, and repairs it", () => {
      testDamage(open);
    });
    describe("retains what is finished for a time", () => {
      testRetention(open);
    });
    testSharing(createStore);
    describe("closes", () => {
      testClosing(createStore, isPersistent);
    });
    describe("does what the outbox in memory does", () => {
      testAgainstModel(open);
    });
  });
}

/** Several processes, and what happens to the store beneath them. */
function testSharing(createStore: () => Promise<OutboxStore>): void {
  describe("is shared", () => {
    testConcurrency(createStore);
    testProcesses(createStore);
    testSharedKeys(createStore);
  });
  describe("outlives what happens to it", () => {
    testDisturbances(createStore);
  });
}
