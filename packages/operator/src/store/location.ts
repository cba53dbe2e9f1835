// Where an outbox is: a SQLite file, or PostgreSQL by a URL that is never an argument, since every user of a machine can see those.

import { readFileSync } from "node:fs";
import { err, ok, type Result } from "neverthrow";
import { shellArgument } from "../text/shell.ts";

export type StoreLocation =
  | { readonly type: "sqlite"; readonly path: string }
  | { readonly type: "postgres"; readonly connectionString: string; readonly schema?: string };

/** A store as an operator has named it. */
export interface NamedStore {
  readonly location: StoreLocation;
  /** What names it in a command that is pasted. */
  readonly argument: string;
  /** What names it in a sentence: never a URL with a password. */
  readonly name: string;
}

export interface StoreArguments {
  readonly file: string;
  /** A file that holds the URL. */
  readonly urlFile?: string;
  readonly schema?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** How PostgreSQL is asked for. A file of this name is `./pg`. */
const POSTGRES = "pg";

const MAX_URL_FILE_BYTES = 10_000;

/** Reads what names a store, or says what is wrong with it. A URL is never repeated. */
export function locateStore({ file, urlFile, schema, environment }: StoreArguments): Result<NamedStore, string> {
  if (/^postgres(ql)?:/i.test(file))
    return err(
      `a URL is not allowed as an argument: every user of this machine can see it; set DATABASE_URL and give "${POSTGRES}", or give ${POSTGRES} --url-file FILE`,
    );
  if (file !== POSTGRES) {
    if (urlFile !== undefined || schema !== undefined)
      return err(`--url-file and --schema are for PostgreSQL: expected "${POSTGRES}" instead of ${file}`);
    return ok({ location: { type: "sqlite", path: file }, argument: shellArgument(file), name: file });
  }
  return readUrl(urlFile, environment["DATABASE_URL"]).map((connectionString) => ({
    location: { type: "postgres", connectionString, ...(schema === undefined ? {} : { schema }) },
    argument: [
      POSTGRES,
      ...(urlFile === undefined ? [] : ["--url-file", shellArgument(urlFile)]),
      ...(schema === undefined ? [] : ["--schema", shellArgument(schema)]),
    ].join(" "),
    name: schema === undefined ? "PostgreSQL" : `PostgreSQL, schema ${schema}`,
  }));
}

function readUrl(urlFile: string | undefined, given: string | undefined): Result<string, string> {
  const source = urlFile === undefined ? "DATABASE_URL" : `--url-file ${urlFile}`;
  let text = given ?? "";
  if (urlFile !== undefined) {
    try {
      text = readFileSync(urlFile, "utf8").slice(0, MAX_URL_FILE_BYTES);
    } catch {
      return err(`${source}: it cannot be read; expected a file that holds postgresql://user:password@host/database`);
    }
  }
  const url = text.trim();
  return /^postgres(ql)?:\/\//i.test(url)
    ? ok(url)
    : err(`${source}: expected postgresql://user:password@host:5432/database`);
}
