import { decode, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { OutboxInspection, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import { openSqliteOutbox, type OpenError } from "@electrum-vouchers/adapter-sqlite-outbox";
import { ok, type Result, ResultAsync } from "neverthrow";

/** The contents of a database, before a till works on it. */
export interface StoreContents {
  /** Whether any transaction was ever stored. */
  readonly isEmpty: boolean;
  readonly unfinished: readonly Transaction[];
  /** Records that cannot be decoded. The runtime does not change them. */
  readonly damaged: readonly Uuid[];
}

const PAGE_SIZE = 100;

/** Reads the contents of a database. It is created if it does not exist. */
export function inspectStore(db: string): ResultAsync<StoreContents, OpenError | OutboxUnavailable> {
  return openSqliteOutbox({ path: db }).asyncAndThen((outbox) =>
    new ResultAsync(readContents(outbox)).andThen((stored) => outbox.close().map(() => stored)),
  );
}

async function readContents(outbox: OutboxInspection): Promise<Result<StoreContents, OutboxUnavailable>> {
  const summary = await outbox.summary();
  if (summary.isErr()) return summary.map(() => noContents);
  const unfinished: Transaction[] = [];
  const damaged: Uuid[] = [];
  let after: Uuid | undefined;
  do {
    const page = await outbox.list({ only: "unfinished", limit: PAGE_SIZE, ...(after === undefined ? {} : { after }) });
    if (page.isErr()) return page.map(() => noContents);
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

const noContents: StoreContents = { isEmpty: true, unfinished: [], damaged: [] };

/** The client id of a transaction; a redemption has none before its request. */
export function clientOf(transaction: Transaction): string | undefined {
  if (transaction.kind === "provision") return transaction.start.request.client.id;
  return "redeem" in transaction ? transaction.redeem.request.client.id : undefined;
}
