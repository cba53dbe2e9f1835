import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { startTill } from "@electrum-vouchers/runtime";
import { okAsync } from "neverthrow";
import { withOutbox } from "../files.ts";
import { quantile } from "../rounds.ts";
import { type Effort, milliseconds, type Row } from "../row.ts";
import { rules } from "../sample.ts";
import { fill } from "./drain.ts";

/** 9: a till that comes back after a crash delivers at once, however much was left unfinished. */
export async function reopening({ rounds, unfinished }: Effort): Promise<Row> {
  return withOutbox(async (crashed, _counted, path) => {
    await fill(crashed, unfinished);
    const figures: number[] = [];
    for (let round = 0; round < rounds; round += 1) figures.push(await firstDeliveryMs(path));
    const medianMs = quantile(figures, 0.5);
    return {
      number: 9,
      measure: `first redelivery after reopening with ${unfinished.toLocaleString("en")} unfinished`,
      ours: milliseconds(medianMs),
      denominator: "milliseconds",
      ratio: medianMs,
      expected: { atMost: 50 },
    };
  });
}

async function firstDeliveryMs(path: string): Promise<number> {
  const startedMs = performance.now();
  const outbox = openSqliteOutbox({ path })._unsafeUnwrap();
  const first = Promise.withResolvers<number>();
  const till = await startTill({
    outbox,
    policy: rules,
    electrum: {
      send: () => {
        first.resolve(performance.now() - startedMs);
        return okAsync({ status: 503, body: "" });
      },
      close: () => {},
    },
  });
  const figure = await first.promise;
  await till.stop();
  (await outbox.close())._unsafeUnwrap();
  return figure;
}
