import { randomUUID } from "node:crypto";
import { decide, type Fact, observe, startProvision } from "@electrum-vouchers/core";
import { withOutbox } from "../files.ts";
import { interleave, perSecond } from "../rounds.ts";
import type { Effort, Row } from "../row.ts";
import { acknowledgement, approvalOf, provisionRequest, rules, saleSteps } from "../sample.ts";

const TRANSITIONS = 20_000;

/** 11: what the pure core costs beside the commit that follows it. */
export async function transition({ rounds, sales }: Effort): Promise<readonly Row[]> {
  const { acknowledged, all, committed } = await interleave(
    {
      acknowledged: () => transitions(() => [lastOfSale()]),
      all: () => transitions(() => stepsOfSale()),
      committed: () =>
        withOutbox((outbox) => {
          const changes = Array.from({ length: sales }, saleSteps).flat();
          return perSecond(changes.length, async () => {
            for (const change of changes) (await outbox.commit(change))._unsafeUnwrap();
          });
        }),
    },
    rounds,
  );
  const row = (measure: string, figure: number): Row => ({
    number: 11,
    measure,
    ours: `${(1e6 / figure).toFixed(2)} us`,
    denominator: `one durable commit: ${(1e6 / committed).toFixed(0)} us`,
    ratio: committed / figure,
  });
  return [
    { ...row("one transition: an advice is acknowledged", acknowledged), expected: { atMost: 0.02 } },
    row("mean of a sale's four, its request checked, its answer read", all),
  ];
}

/** How many a second, where `work` gives the steps that it made. */
const transitions = (work: () => readonly unknown[]): Promise<number> =>
  perSecond(TRANSITIONS, () => {
    for (let made = 0; made < TRANSITIONS; ) made += work().length;
  });

const request = provisionRequest();
const at = Date.now();
const start = { request, policy: rules, confirmationId: randomUUID(), reversalId: randomUUID(), at };
const approval: Fact = { type: "reply", attempt: 0, status: 201, body: approvalOf(request), at };

const requesting = startProvision(start)._unsafeUnwrap().transaction;
const issued = observe(requesting, approval).transaction;
const confirming = decide(issued, { type: "confirm", tenders: [], at })._unsafeUnwrap().transaction;
const acknowledgementOfIt = acknowledgement(confirming);

const lastOfSale = (): unknown => observe(confirming, acknowledgementOfIt);

const stepsOfSale = (): readonly unknown[] => [
  startProvision(start),
  observe(requesting, approval),
  decide(issued, { type: "confirm", tenders: [], at }),
  lastOfSale(),
];
