import type { Statement } from "../server-connections.ts";
import { RECORD_COLUMNS } from "../stored-row.ts";

/** What is due and was committed by a clock that was ahead, but by no other process that lives. It reads all that is due: it is asked for rarely. */
export const FIND_AHEAD: Statement = {
  name: "find-ahead",
  text: `SELECT ${RECORD_COLUMNS} FROM schedule s JOIN transactions t ON t.row_id = s.row_id AND t.version = s.version
    WHERE s.committed_at > $1::bigint AND NOT s.owner = ANY($2::integer[])
      AND ($3::text[] IS NULL OR s.client = '' OR s.client = ANY($3::text[]))
    ORDER BY s.committed_at, s.row_id LIMIT $4`,
};
