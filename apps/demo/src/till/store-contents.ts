import { decode, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { OutboxUnavailable } from "@electrum-vouchers/core/ports";
import { openSqliteOutbox, type OpenError, type SqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { err, ok, type Result, ResultAsync } from "neverthrow";

/** The contents of a database, before a till works on it. */
export interface StoreContents {
  /** Whether any transaction was ever stored. */
  readonly isEmpty: boolean;
  readonly unfinished: readonly Transaction[];
  /** Records that cannot be decoded. The runtime does not change them. */
  readonly damaged: readonly Uuid[];
  /** The first of those that were confirmed, and whose voucher was never handed over. */
  readonly toHandOver: readonly Uuid[];
  /** How many other processes have it open. A till of theirs may be serving the customer of any of these transactions. */
  readonly others: number;
}

/** The cashier reads the list. */
const MAX_TO_HAND_OVER = 20;

const PAGE_SIZE = 100;

/** Reads the contents of a database. It creates nothing, and makes no empty file a database. */
export function inspectStore(db: string): ResultAsync<StoreContents, OpenError | OutboxUnavailable> {
  return openSqliteOutbox({ path: db, mustExist: true }).asyncAndThen((outbox) =>
    new ResultAsync(readContents(outbox)).andThen((stored) => outbox.close().map(() => stored)),
  );
}

/** As `inspectStore`, for a command that creates the database if there is none. */
export const inspectStoreIfAny = (db: string): ResultAsync<StoreContents, OpenError | OutboxUnavailable> =>
  inspectStore(db).orElse((error) => (error.type === "missing" ? ok(noContents) : err(error)));

async function readContents(outbox: SqliteOutbox): Promise<Result<StoreContents, OutboxUnavailable>> {
  const summary = await outbox.summary(Date.now());
  if (summary.isErr()) return summary.map(() => noContents);
  const others = await outbox.countOthers();
  if (others.isErr()) return others.map(() => noContents);
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
  const toHandOver = await outbox.list({ only: "toHandOver", limit: MAX_TO_HAND_OVER });
  if (toHandOver.isErr()) return toHandOver.map(() => noContents);
  return ok({
    isEmpty: Object.keys(summary.value.states).length === 0,
    unfinished,
    damaged,
    toHandOver: toHandOver.value.records.map(({ id }) => id),
    others: others.value,
  });
}

const noContents: StoreContents = { isEmpty: true, unfinished: [], damaged: [], toHandOver: [], others: 0 };

/** The client id of a transaction; a redemption has none before its request. */
export function clientOf(transaction: Transaction): string | undefined {
  if (transaction.kind !== "redemption") return transaction.start.request.client.id;
  return "redeem" in transaction ? transaction.redeem.request.client.id : undefined;
}
