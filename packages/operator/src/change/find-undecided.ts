import { attentionOf, type Instant, outlookOf, type OutboxReader, type Transaction } from "@electrum-vouchers/core";
import type { ListedRecord, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import type { Result } from "neverthrow";
import { readPages } from "../read/read-pages.ts";
import { toReadable } from "../read/readable-transaction.ts";

/** In one run. More than that is looked at in a second one. */
const MAX_UNDECIDED = 1_000;

/** What waits for the till's decision, and has done so for at least `olderThanMs`, oldest first. */
export const findUndecided = async (
  reader: Pick<OutboxReader, "list">,
  olderThanMs: number,
  now: Instant,
): Promise<Result<readonly ListedRecord[], OutboxUnavailable>> =>
  (await readPages(reader, { only: "unfinished", committedBefore: now - olderThanMs }, MAX_UNDECIDED)).map(
    ({ records }) =>
      records.filter((record) => {
        const read = toReadable(record);
        return read.type === "readable" && waitsForDecision(read.transaction);
      }),
  );

/** It waits for the till, or the till's time to decide is over. What is disputed or held is decided. */
const waitsForDecision = (transaction: Transaction): boolean =>
  outlookOf(transaction).by === "till" || attentionOf(transaction).some(({ reason }) => reason === "overdue");
