// The due records that are alike in all that a claim chooses by: few, however many records there are. They are found by going from one to
// the next in the index `schedule_order`, a step for each.

import type { ClaimRequest, Work } from "@electrum-vouchers/core/ports";
import { toColumnText } from "../texts.ts";

const NAMES = ["work", "queue", "client", "is_repeat"];

const columns = (table: string): string => NAMES.map((name) => `${table}.${name}`).join(", ");

/** Whether a row of the schedule is in a partition `p`. */
export const IS_IN_PARTITION: string = NAMES.map((name) => `s.${name} = p.${name}`).join(" AND ");

/** Whether a partition, or a row of the schedule, is asked for by what such a statement is given first: {@link partitionValues}. */
export const IS_ASKED: string = `work = ANY($1::text[])
      AND ($2::text[] IS NULL OR client = '' OR client = ANY($2::text[]))
      AND NOT client = ANY($3::text[])
      AND ($4::text[] IS NULL OR queue = ANY($4::text[]))
      AND NOT queue = ANY($5::text[])
      AND is_repeat = ANY($6::boolean[])`;

/** How many of the statement's values are the partitions'. */
export const PARTITION_VALUES = 6;

/** The beginning of a statement: `asked` are the partitions that it is about. */
export const WITH_ASKED: string = `WITH RECURSIVE partitions AS (
    (SELECT ${columns("s")} FROM schedule s ORDER BY ${columns("s")} LIMIT 1)
    UNION ALL
    SELECT next.* FROM partitions p CROSS JOIN LATERAL (
      SELECT ${columns("s")} FROM schedule s WHERE (${columns("s")}) > (${columns("p")}) ORDER BY ${columns("s")} LIMIT 1
    ) next
  ),
  asked AS MATERIALIZED (
    SELECT * FROM partitions
    WHERE ${IS_ASKED}
  )`;

export type AskedPartitions = Pick<
  ClaimRequest,
  "work" | "clients" | "exceptClients" | "queues" | "exceptQueues" | "deliveries"
>;

export const EVERY_WORK: readonly Work[] = ["replyDeadline", "timer", "advice"];

export const partitionValues = ({
  work,
  clients,
  exceptClients = [],
  queues,
  exceptQueues = [],
  deliveries,
}: AskedPartitions): readonly unknown[] => [
  work,
  clients?.map(toColumnText) ?? null,
  exceptClients.map(toColumnText),
  queues?.map(toColumnText) ?? null,
  exceptQueues.map(toColumnText),
  deliveries === undefined ? [false, true] : [deliveries === "repeat"],
];
