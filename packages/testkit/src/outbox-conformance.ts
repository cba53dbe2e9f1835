import type { Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";
import { afterEach, describe } from "vitest";
import { claims } from "./conformance/claims.ts";
import { closing } from "./conformance/closing.ts";
import { commits } from "./conformance/commits.ts";
import { concurrency } from "./conformance/concurrency.ts";
import { inspection } from "./conformance/inspection.ts";
import { leases } from "./conformance/leases.ts";
import { likeTheModel } from "./conformance/model.ts";
import { postponements } from "./conformance/postponements.ts";
import { retention } from "./conformance/retention.ts";
import type { OutboxStore } from "./conformance/outbox-store.ts";

export interface OutboxConformanceOptions {
  /** What is tested, for the report. */
  readonly name: string;
  /** Makes an empty store. */
  create(): Promise<OutboxStore>;
  /** Whether records are still there once every outbox on the store was closed. */
  readonly persists: boolean;
}

/**
 * Registers tests with vitest for everything that the outbox port promises.
 *
 * @example
 * outboxConformance({ name: "my outbox", create: createMyStore, persists: true });
 */
export function outboxConformance({ name, create, persists }: OutboxConformanceOptions): void {
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
      commits(open);
    });
    describe("claims what is due", () => {
      claims(open);
    });
    describe("leases what it gives out", () => {
      leases(open);
    });
    describe("postpones", () => {
      postponements(open);
    });
    describe("shows what it holds", () => {
      inspection(open);
    });
    describe("retains what is finished for a time", () => {
      retention(open);
    });
    describe("is shared", () => {
      concurrency(createStore);
    });
    describe("closes", () => {
      closing(createStore, persists);
    });
    describe("does what the outbox in memory does", () => {
      likeTheModel(open);
    });
  });
}
