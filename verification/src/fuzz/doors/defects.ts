import type { PlantedDefect } from "../../harness/plant-defect.ts";
import type { Door } from "./run.ts";

/** A defect in the shipped code, and the door at which it must be found. */
export interface DoorDefect extends PlantedDefect {
  /** What the code does wrong then. */
  readonly name: string;
  readonly door: Door;
}

const OPTIONS = "packages/core/src/options.ts";
const RECORD = "packages/core/src/storage/record.ts";
const COLUMNS = "packages/core/src/columns.ts";
const OUTBOX = "packages/adapter-sqlite-outbox/src";

export const doorDefects: readonly DoorDefect[] = [
  {
    name: "an option that no factory knows is let through",
    door: "options",
    file: OPTIONS,
    original: '...unknownNames.map((name) => ({ path: name, expected: "is not a known option" })),',
    replacement: "",
  },
  {
    name: "only the first wrong option is named",
    door: "options",
    file: OPTIONS,
    original: "return objectOf(checks)(options);",
    replacement: "return objectOf(checks)(options).slice(0, 1);",
  },
  {
    name: "a fault repeats the value",
    door: "options",
    file: OPTIONS,
    original: 'typeof value === "function" ? [] : wrong("must be a function")',
    replacement: 'typeof value === "function" ? [] : wrong("must be a function, not " + JSON.stringify(value))',
  },
  {
    name: "an option is read again after it was checked",
    door: "options",
    file: "packages/adapter-http/src/options.ts",
    original: "const options = { ...given };",
    replacement: "const options = given;",
  },
  {
    name: "a till starts with wrong options",
    door: "options",
    file: "packages/runtime/src/options.ts",
    original: 'if (faults.length > 0) throw toOptionsError("startTill", faults);',
    replacement: "",
  },
  {
    name: "a simulator starts with wrong options",
    door: "options",
    file: "packages/simulator/src/http/simulator-options.ts",
    original: "if (faults.length === 0) return options;",
    replacement: "return options;",
  },
  {
    name: "a record is read whose checksum is wrong",
    door: "files",
    file: RECORD,
    original: 'if (checksum(encoded, start, end) !== expected) return err({ type: "damaged", fault: "checksum" });',
    replacement: "",
  },
  {
    name: "what SQLite says of a damaged file is thrown by a call",
    door: "files",
    file: `${OUTBOX}/errors.ts`,
    original: "if (error instanceof Database.SqliteError) return err(toUnavailable(error));",
    replacement: "",
  },
  {
    name: "what SQLite says of a damaged file is thrown while it is opened",
    door: "files",
    file: `${OUTBOX}/open-error.ts`,
    original: "return err(toOpenError(error));",
    replacement: "throw error;",
  },
  {
    name: "a record of sound checksum and wrong shape is read",
    door: "rows",
    file: RECORD,
    original: 'return isContent(content) ? ok(content) : err({ type: "damaged", fault: "content" });',
    replacement: "return ok(content);",
  },
  {
    name: "the record of another transaction is read",
    door: "rows",
    file: COLUMNS,
    original: "transaction.id === id ? ok(transaction) : err(misplaced)",
    replacement: "ok(transaction)",
  },
  {
    name: "columns are not compared with the record",
    door: "rows",
    file: `${OUTBOX}/record-columns.ts`,
    original: "return expected === undefined ? [] : differences(row, expected);",
    replacement: "return [];",
  },
  {
    name: "when something is due is not compared with the record",
    door: "rows",
    file: `${OUTBOX}/record-columns.ts`,
    original: '  "due_work",\n  "due_description",\n',
    replacement: "",
  },
  {
    name: "a store is opened whose tables were changed",
    door: "schema",
    file: `${OUTBOX}/own-schema.ts`,
    original: "if (changes.length === 0) return ok();",
    replacement: "return ok();",
  },
  {
    name: "a trigger is not seen on a table whose name is in capitals",
    door: "schema",
    file: `${OUTBOX}/own-schema.ts`,
    original: "const keyOf = (name: string): string => name.toLowerCase();",
    replacement: "const keyOf = (name: string): string => name;",
  },
  {
    name: "a foreign key of another table is not seen",
    door: "schema",
    file: `${OUTBOX}/own-schema.ts`,
    original: "ours.has(keyOf(refers_to)) && !ours.has(keyOf(name))",
    replacement: "false",
  },
  {
    name: "a name that steers a terminal is repeated as it is",
    door: "schema",
    file: `${OUTBOX}/own-schema.ts`,
    original: "printable(name.slice(0, MAX_NAME_LENGTH))",
    replacement: "name.slice(0, MAX_NAME_LENGTH)",
  },
  {
    name: "another program's tables keep the store closed",
    door: "schema",
    file: `${OUTBOX}/own-schema.ts`,
    original: ".filter(({ tbl_name }) => ours.has(keyOf(tbl_name)))",
    replacement: "",
  },
  {
    name: "a check does not look at the schema",
    door: "schema",
    file: `${OUTBOX}/inspection.ts`,
    original: "...findChanges().map(({ description }) => description),",
    replacement: "",
  },
];
