import type { OutboxReader } from "@electrum-vouchers/core";
import type { ListedRecord, ListQuery, OutboxUnavailable } from "@electrum-vouchers/core/ports";
import { err, ok, type Result } from "neverthrow";

/** In one page: small beside a till that commits, large enough that the number of pages does not matter. */
const PAGE = 200;

/** The records that a query finds, up to a bound, and whether there are more. */
export interface FoundRecords {
  readonly records: readonly ListedRecord[];
  readonly isCut: boolean;
}

/** Reads the pages of a list until there are none, or `max` records are there. */
export async function readPages(
  reader: Pick<OutboxReader, "list">,
  query: Omit<ListQuery, "limit" | "after">,
  max: number,
): Promise<Result<FoundRecords, OutboxUnavailable>> {
  const records: ListedRecord[] = [];
  let after: ListQuery["after"];
  do {
    const page = await reader.list({
      ...query,
      ...(after === undefined ? {} : { after }),
      limit: Math.min(PAGE, max - records.length),
    });
    if (page.isErr()) return err(page.error);
    records.push(...page.value.records);
    after = page.value.next;
  } while (after !== undefined && records.length < max);
  return ok({ records, isCut: after !== undefined });
}
