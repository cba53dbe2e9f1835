import { decode, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { OutboxInspection, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import { openSqliteOutbox, type OpenError } from "@electrum-vouchers/adapter-sqlite-outbox";
import { ok, type Result, ResultAsync } from "neverthrow";

/** What a database holds, before any till works on it. */
export interface Stored {
  /** Whether any transaction was ever stored. */
  readonly isEmpty: boolean;
  readonly unfinished: readonly Transaction[];
  /** Records that cannot be read; the runtime leaves them alone. */
  readonly damaged: readonly Uuid[];
}

const PAGE = 100;

/** Looks into a database. Creates it where there is none. */
export function look(db: string): ResultAsync<Stored, OpenError | OutboxUnavailable> {
  return openSqliteOutbox({ path: db }).asyncAndThen((outbox) =>
    new ResultAsync(storedIn(outbox)).andThen((stored) => outbox.close().map(() => stored)),
  );
}

async function storedIn(outbox: OutboxInspection): Promise<Result<Stored, OutboxUnavailable>> {
  const summary = await outbox.summary();
  if (summary.isErr()) return summary.map(() => emptyStore);
  const unfinished: Transaction[] = [];
  const damaged: Uuid[] = [];
  let after: Uuid | undefined;
  do {
    const page = await outbox.list({ only: "unfinished", limit: PAGE, ...(after === undefined ? {} : { after }) });
    if (page.isErr()) return page.map(() => emptyStore);
    for (const { id, record } of page.value.records) {
      decode(record).match(
        (transaction) => unfinished.push(transaction),
        () => damaged.push(id),
      );
    }
    after = page.value.next;
  } while (after !== undefined);
  return ok({ isEmpty: Object.keys(summary.value.states).length === 0, unfinished, damaged });
}

const emptyStore: Stored = { isEmpty: true, unfinished: [], damaged: [] };

/** The client that a transaction was started for; a redemption has none before its request. */
export function clientOf(transaction: Transaction): string | undefined {
  if (transaction.kind === "provision") return transaction.start.request.client.id;
  return "redeem" in transaction ? transaction.redeem.request.client.id : undefined;
}
