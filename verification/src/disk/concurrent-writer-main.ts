// Another process on the same file: `concurrent-writer-main.ts lock|open PATH`. It prints one line, and stays until its input ends.
//
// lock: takes the write lock and keeps it
// open: opens the outbox, and prints the result

import { text } from "node:stream/consumers";
import Database from "better-sqlite3";
import { tryOpen } from "./outbox.ts";

const [mode, path = ""] = process.argv.slice(2);

if (mode === "lock") {
  const database = new Database(path);
  database.exec("BEGIN IMMEDIATE");
  console.log("locked");
  await text(process.stdin);
  database.close();
} else {
  const outbox = tryOpen(path);
  console.log(
    outbox.match(
      () => "opened",
      ({ type }) => type,
    ),
  );
  await text(process.stdin);
  (await outbox.asyncAndThen((each) => each.close())).unwrapOr(undefined);
}
