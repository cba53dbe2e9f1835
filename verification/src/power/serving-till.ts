import { netcare, parsePolicy, type Policy, standardProvider, stellr } from "@electrum-vouchers/core";
import type { SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { type PolicySelector, type RuntimeEvent, startTill, type Till } from "@electrum-vouchers/runtime";
import { pauseTimeDuring } from "../harness/pausable-clock.ts";
import { receiverIdOf } from "../harness/receiver.ts";
import type { ListPage } from "@electrum-vouchers/core/ports";
import type { Random } from "../random.ts";
import { generateUuid } from "../simulation/messages.ts";
import { createCustomers } from "./customers.ts";
import type { MarkContent } from "./marks.ts";
import type { Neighbourhood } from "./neighbourhood.ts";

/** A till on an outbox. The same is done while a process is recorded, and after a loss of power. */
export interface ServingTill {
  readonly till: Till;
  /** Serves so many new customers, and those who left an earlier process without a decision. Resolves when all have left. */
  serve(customers: number): Promise<void>;
}

export interface ServingTillOptions {
  readonly outbox: SqliteOutbox;
  /** What is in it. */
  readonly records: ListPage["records"];
  readonly messaging: Policy["messaging"];
  /** Each till of a seed has its own. */
  readonly stream: (index: number) => Random;
}

/** The place of a till's ids among its streams of random numbers; its customers come after it. */
const IDS = 0;

export async function startServingTill(
  { clock, link, mark }: Neighbourhood,
  { outbox, records, messaging, stream }: ServingTillOptions,
): Promise<ServingTill> {
  mark({ type: "opened", records: records.map(({ record }) => record) });
  const ids = stream(IDS);
  const till = await startTill({
    electrum: link,
    outbox: pauseTimeDuring(markCommits(outbox, mark), clock),
    clock,
    policy: createPolicies(messaging),
    newId: () => generateUuid(ids),
    onEvent: (event) => reportFailure(event, mark),
  });
  const customers = createCustomers(till, clock, mark);
  const undecided = records.filter(({ state }) => state === "issued");
  return {
    till,
    serve: async (count) => {
      const randomOf = (index: number): Random => stream(IDS + 1 + index);
      await Promise.all([
        ...Array.from({ length: count }, (_, index) => customers.serveNew(randomOf(index))),
        ...undecided.map(({ id }, index) => customers.serveAgain(id, randomOf(count + index))),
      ]);
    },
  };
}

const markCommits = (outbox: SqliteOutbox, mark: (content: MarkContent) => void): SqliteOutbox => ({
  ...outbox,
  // It looks in real time, which is not repeatable. A till finds the work of others without it, only later.
  watch: () => () => {},
  commit: (change) => {
    mark({ type: "commitBegun", change });
    return outbox
      .commit(change)
      .map(() => mark({ type: "commitEnded", change, outcome: "durable" }))
      .mapErr((error) => {
        mark({ type: "commitEnded", change, outcome: error.type });
        return error;
      });
  },
});

function createPolicies(messaging: Policy["messaging"]): PolicySelector {
  const policyOf = (provider: Policy["provider"]): Policy =>
    parsePolicy({
      provider,
      messaging,
      retries: 1,
      replyDeadlineMs: 2_000,
      decisionDeadlineMs: 20_000,
    })._unsafeUnwrap();
  const policies = { standard: policyOf(standardProvider), Netcare: policyOf(netcare), Stellr: policyOf(stellr) };
  return (subject) => {
    const provider = receiverIdOf(subject);
    return provider === "Netcare" || provider === "Stellr" ? policies[provider] : policies.standard;
  };
}

function reportFailure(event: RuntimeEvent, mark: (content: MarkContent) => void): void {
  if (event.type !== "alert") return;
  const { reason } = event.alert;
  if (reason === "unexpected" || reason === "damagedRecord")
    mark({ type: "failed", detail: JSON.stringify(event.alert) });
}
