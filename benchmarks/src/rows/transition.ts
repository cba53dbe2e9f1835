import { randomUUID } from "node:crypto";
import { decide, type Fact, observe, startProvision } from "@electrum-vouchers/core";
import { withOutbox } from "../files.ts";
import { interleave, measurePerSecond } from "../rounds.ts";
import type { Effort, BenchmarkRow } from "../row.ts";
import { acknowledge, createApproval, createProvisionRequest, samplePolicy, createSaleSteps } from "../sample.ts";

const TRANSITIONS = 20_000;

/** 11: the time of a step of the pure core, compared with the commit that follows it. */
export async function measureTransition({ rounds, sales }: Effort): Promise<readonly BenchmarkRow[]> {
  const { acknowledged, all, committed } = await interleave(
    {
      acknowledged: () => measureTransitions(() => [acknowledgeSale()]),
      all: () => measureTransitions(() => runSale()),
      committed: () =>
        withOutbox((outbox) => {
          const changes = Array.from({ length: sales }, createSaleSteps).flat();
          return measurePerSecond(changes.length, async () => {
            for (const change of changes) (await outbox.commit(change))._unsafeUnwrap();
          });
        }),
    },
    rounds,
  );
  const row = (measure: string, figure: number): BenchmarkRow => ({
    number: 11,
    measure,
    ours: `${(1e6 / figure).toFixed(2)} us`,
    denominator: `one durable commit: ${(1e6 / committed).toFixed(0)} us`,
    ratio: committed / figure,
  });
  return [
    { ...row("one transition: an advice is acknowledged", acknowledged), expected: { atMost: 0.02 } },
    row("mean of a sale's four, its request checked, its response classified", all),
  ];
}

/** Steps a second, if `work` gives the number of steps that it made. */
const measureTransitions = (work: () => readonly unknown[]): Promise<number> =>
  measurePerSecond(TRANSITIONS, () => {
    for (let made = 0; made < TRANSITIONS; ) made += work().length;
  });

const request = createProvisionRequest();
const at = Date.now();
const start = { request, policy: samplePolicy, confirmationId: randomUUID(), reversalId: randomUUID(), at };
const approval: Fact = { type: "response", attempt: 0, status: 201, body: createApproval(request), at };

const requesting = startProvision(start)._unsafeUnwrap().transaction;
const issued = observe(requesting, approval).transaction;
const confirming = decide(issued, { type: "confirm", tenders: [], at })._unsafeUnwrap().transaction;
const adviceResponse = acknowledge(confirming);

const acknowledgeSale = (): unknown => observe(confirming, adviceResponse);

const runSale = (): readonly unknown[] => [
  startProvision(start),
  observe(requesting, approval),
  decide(issued, { type: "confirm", tenders: [], at }),
  acknowledgeSale(),
];
