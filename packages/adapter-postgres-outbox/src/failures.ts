// What goes wrong between an outbox and its server, in the port's words.
//
// Rules
// 1. If the server has answered, its SQLSTATE says what is wrong, and nothing was written: a statement is one transaction.
// 2. If it has not, or says that it is going away, the connection is lost, and the end of what was under way is unknown.
// 3. Only the server's own message is passed on. Its detail may repeat what was stored.

import type { OutboxUnavailable } from "@electrum-vouchers/core/ports";
import pg from "pg";

export const postgresOutboxClosed: OutboxUnavailable = {
  type: "unavailable",
  reason: "closed",
  detail: "the outbox was closed",
};

/** A connection whose commits would not survive a crash of the server. */
export const NOT_DURABLE = "not durable: ";

/** An error of the server's or the driver's, as the port names it. Any other error is a bug, and is thrown on. */
export function toOutboxFailure(error: unknown): OutboxUnavailable {
  if (!isPostgresFailure(error)) throw error;
  return { type: "unavailable", reason: reasonFor(error), detail: error.message };
}

/** Whether the connection was lost, or there was none: the server has not said what became of the statement. */
export const isConnectionFailure = (error: unknown): boolean =>
  isPostgresFailure(error) && reasonFor(error) === "unreachable";

/** Whether the server has undone a statement only because of others that ran beside it: the same again may succeed. */
export const isRaceFailure = (error: unknown): boolean => ["40001", "40P01", "23505"].includes(sqlStateOf(error));

/** The server's code; empty if the error is not the server's. */
export const sqlStateOf = (error: unknown): string => (error instanceof pg.DatabaseError ? (error.code ?? "") : "");

/** Mistakes of a program. All other errors that come out of the driver are the network's or the server's. */
const isPostgresFailure = (error: unknown): error is Error =>
  error instanceof Error && ![TypeError, RangeError, ReferenceError, SyntaxError].some((bug) => error instanceof bug);

function reasonFor(error: Error): OutboxUnavailable["reason"] {
  if (error.message.startsWith(NOT_DURABLE)) return "notDurable";
  const code = sqlStateOf(error);
  if (code === "") return "unreachable";
  return REASONS.find(([pattern]) => pattern.test(code))?.[1] ?? "failed";
}

/** By SQLSTATE. Source: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const REASONS: readonly (readonly [RegExp, OutboxUnavailable["reason"]])[] = [
  [/^(08|57P0[1235]|25P03)/, "unreachable"],
  [/^25006$/, "readOnly"],
  [/^(40|53300|55P03|57014)/, "busy"],
  [/^53100$/, "full"],
  [/^XX00[12]$/, "corrupt"],
  // Tables that were there are not.
  [/^(3F000|42P01)$/, "replaced"],
];
