import { observe, type Fact } from "@electrum-vouchers/core";
import { withOutbox } from "../files.ts";
import { interleave, perSecond } from "../rounds.ts";
import type { Effort, Row } from "../row.ts";
import { acknowledgement, after, saleSteps } from "../sample.ts";

/** 11: what the pure core costs beside the commit that follows it. */
export async function transition({ rounds, sales }: Effort): Promise<Row> {
  const TRANSITIONS = 20_000;
  const { transaction } = after(saleSteps()[2]);
  const fact: Fact = acknowledgement(transaction);
  const { observed, committed } = await interleave(
    {
      observed: () =>
        perSecond(TRANSITIONS, () => {
          for (let index = 0; index < TRANSITIONS; index += 1) observe(transaction, fact);
        }),
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
  return {
    number: 11,
    measure: "one transition",
    ours: `${(1e6 / observed).toFixed(2)} us`,
    denominator: `one durable commit: ${(1e6 / committed).toFixed(0)} us`,
    ratio: committed / observed,
    expected: { atMost: 0.02 },
  };
}
