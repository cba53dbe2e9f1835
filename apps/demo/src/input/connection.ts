import { ok, type Result } from "neverthrow";
import { type BadInput, badInput } from "./bad-input.ts";
import type { GivenOptions, Options } from "./arguments.ts";
import { readSecret } from "./files.ts";

/** Where the till sends its messages. */
export type Destination =
  | { readonly type: "electrum"; readonly url: string; readonly password: string }
  /** A simulated switch in a process of its own. Its memory is a file beside the database. */
  | { readonly type: "simulated" };

type DestinationOption = "electrum" | "password-file";

export type ConnectionOption = DestinationOption | "db" | "username" | "json" | "help";

export const connectionOptions: Options<ConnectionOption> = {
  db: { valueName: "FILE", help: "the SQLite file in which this till keeps its transactions" },
  electrum: {
    valueName: "URL",
    help: "Electrum's API, such as https://sandbox.electrum.io/suv/v1;\ndefault: a simulated switch",
  },
  username: { valueName: "NAME", help: "Electrum's name for this client; default: the request's client.id" },
  "password-file": { valueName: "FILE", help: "holds the password; default: the variable ELECTRUM_PASSWORD" },
  json: { help: "print every event as a line of JSON, for programs" },
  help: { help: "print this" },
};

/** Electrum, or a simulated switch. The HTTP adapter validates the URL. */
export function readDestination(
  given: GivenOptions<DestinationOption>,
  environment: NodeJS.ProcessEnv,
): Result<Destination, BadInput> {
  const url = given.text("electrum");
  if (url === undefined) return ok({ type: "simulated" });
  return readPassword(given, environment).map((password) => ({ type: "electrum", url, password }));
}

function readPassword(
  given: GivenOptions<DestinationOption>,
  environment: NodeJS.ProcessEnv,
): Result<string, BadInput> {
  const file = given.text("password-file");
  if (file !== undefined) return readSecret("--password-file", file);
  const password = environment["ELECTRUM_PASSWORD"] ?? "";
  return password === ""
    ? badInput("no password for --electrum: expected the variable ELECTRUM_PASSWORD, or --password-file FILE")
    : ok(password);
}
