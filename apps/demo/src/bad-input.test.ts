import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runDemo } from "../test/demo-process.ts";
import { newFolder } from "../test/folder.ts";
import { redemptionJson, saleJson } from "../test/requests.ts";
import { run } from "./cli.ts";

/** The lines of the error. The test fails if the command accepts its input. */
async function refusalOf(...args: readonly string[]): Promise<readonly string[]> {
  return (await run(args)).match(
    (exitCode) => expect.fail(`taken, and ended with ${exitCode}`),
    ({ lines }) => lines,
  );
}

const SECRET = "4930112233445566";

/** A temporary file with this content. */
function fileOf(text: string, name = "file"): string {
  const file = join(newFolder(), name);
  writeFileSync(file, text);
  return file;
}

const newDb = (): string => join(newFolder(), "till.db");

/** An empty outbox. */
async function newOutbox(): Promise<string> {
  const db = newDb();
  (await openSqliteOutbox({ path: db })._unsafeUnwrap().close())._unsafeUnwrap();
  return db;
}

/** No process listens on the discard port. */
const UNREACHABLE_URL = "http://127.0.0.1:9/suv/v1";

beforeEach(() => {
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("the process reports bad input on standard error, in one line, and exits with 2", () => {
  it.each([
    [
      ["frobnicate"],
      'unknown command "frobnicate": expected flows, coverage, sell, redeem, refund, lookup, products, recover; see demo --help\n',
    ],
    [["sell", "--frob", "1"], "unknown option --frob: see demo sell --help\n"],
    [["recover", "--db", "/no/such.db"], "--db /no/such.db: the folder /no does not exist\n"],
  ])("demo %j", async (args, told) => {
    expect(await runDemo(args)).toEqual({ exitCode: 2, stdout: "", stderr: told });
  });
});

describe("a simulated switch that has lost its memory", () => {
  it("is not replaced by an empty one", async () => {
    const db = await newOutbox();
    writeFileSync(`${db}.switch`, "it has been written over, from its beginning to its end");
    expect(await runDemo(["sell", "--db", db, "--amount", "1", "--confirm"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `the simulated switch cannot use ${db}.switch: file is not a database\n`,
    });
  });
});

describe("a command line that cannot be used", () => {
  it.each<readonly [args: readonly string[], told: string]>([
    [["--frob"], "unknown option --frob: see demo flows --help"],
    [["--only", "no such flow"], "--only no such flow: no flow has this in its name"],
    [["sell"], "--db is missing: expected a file for the till's transactions"],
    [["redeem"], "--db is missing: expected a file for the till's transactions"],
    [["recover"], "--db is missing: expected the file of the till that was killed"],
    [["sell", "extra"], 'unexpected argument "extra": demo sell takes options only, see demo sell --help'],
    [["sell", "--", "x"], "unexpected argument --: demo sell takes options only, see demo sell --help"],
    [["sell", "--db"], "--db has no value: expected --db FILE"],
    [["sell", "--db="], "--db has no value: expected --db FILE"],
    [["sell", "--db", "--confirm"], "--db has no value: expected --db FILE"],
    [["sell", "--confirm=yes"], "--confirm takes no value: see demo sell --help"],
    [["sell", "--db", "a", "--db", "b"], "--db is given twice: expected once"],
    [["redeem", "--tender", "CASH"], "unknown option --tender: see demo redeem --help"],
  ])("demo %j", async (args, told) => {
    expect(await refusalOf(...args)).toEqual([told]);
  });

  it.each<readonly [args: readonly string[], told: string]>([
    [[], "nothing to sell: expected --amount NUMBER, --product ID or --request FILE"],
    [["--amount", "12.50"], "--amount 12.50: expected a whole number from 1 to 9007199254740991"],
    [["--amount", "0"], "--amount 0: expected a whole number from 1 to 9007199254740991"],
    [["--amount", "1", "--currency", "ZAR"], "--currency: must be an ISO 4217 numeric currency, such as 710"],
    [["--amount", "1", "--terminal", "T1"], "--terminal: must have exactly 8 characters"],
    [["--amount", "1", "--merchant", "M"], "--merchant: must have exactly 15 characters"],
    [["--amount", "1", "--operator", "x".repeat(31)], "--operator: must have at most 30 characters"],
    [["--amount", "1", "--receiver", "x".repeat(41)], "--receiver: must have at most 40 characters"],
    [["--product", "a b"], "--product: must be 1 to 40 letters and digits"],
    [["--amount", "1", "--messaging", "triple"], "--messaging triple: expected dual or single"],
    [["--amount", "1", "--provider", "acme"], "--provider acme: expected standard or netcare or stellr"],
    [["--amount", "1", "--retries", "101"], "--retries 101: expected a whole number from 0 to 100"],
    [
      ["--amount", "1", "--reply-deadline-ms", "0"],
      "--reply-deadline-ms 0: expected a whole number from 1 to 604800000",
    ],
    [["--amount", "1", "--wait", "-1"], "--wait has no value: expected --wait SECONDS"],
    [["--amount", "1", "--wait=-1"], "--wait -1: expected a whole number from 0 to 86400"],
    [["--amount", "1", "--confirm", "--cancel"], "--confirm and --cancel: expected one of them"],
    [
      ["--amount", "1", "--messaging", "single", "--cancel"],
      "--cancel: in single messaging an approval is final; expected --messaging dual",
    ],
    [["--amount", "1"], "no decision: without a terminal to ask on, expected --confirm or --cancel"],
  ])("demo sell --db FILE %j", async (args, told) => {
    expect(await refusalOf("sell", "--db", newDb(), ...args)).toEqual([told]);
  });

  it("reports every option that breaks Electrum's schema", async () => {
    const args = ["--amount", "1", "--terminal", "T1", "--merchant", "M", "--tender", "SHELLS", "--confirm"];
    expect(await refusalOf("sell", "--db", newDb(), ...args)).toEqual([
      "--terminal: must have exactly 8 characters",
      "--merchant: must have exactly 15 characters",
      expect.stringMatching(/^--tender: must be /),
    ]);
  });
});

describe("a request file that cannot be used", () => {
  const sellFrom = (file: string, ...args: readonly string[]): Promise<readonly string[]> =>
    refusalOf("sell", "--db", newDb(), "--confirm", "--request", file, ...args);

  it("is missing", async () => {
    expect(await sellFrom("/no/such.json")).toEqual(["--request /no/such.json: no such file"]);
  });

  it("is a folder", async () => {
    const folder = newFolder();
    expect(await sellFrom(folder)).toEqual([`--request ${folder}: is a folder; expected a file`]);
  });

  it("is too large", async () => {
    const file = fileOf(" ".repeat(1024 * 1024 + 1));
    expect(await sellFrom(file)).toEqual([`--request ${file}: is too large; expected at most 1048576 bytes`]);
  });

  it.each([
    ["", ""],
    ["<html>", ""],
    ['{\n  "id" 1 }', " (line 2, column 8)"],
    [`{ "voucher": { "code": ${SECRET}x } }`, " (line 1, column 40)"],
  ])("is not JSON, and its text is not repeated: %j", async (text, place) => {
    const file = fileOf(text);
    expect(await sellFrom(file)).toEqual([
      `--request ${file}: is not JSON${place}; expected Electrum's ProvisionRequest`,
    ]);
  });

  it("breaks the schema: every fault is reported with its path, and no value is repeated", async () => {
    const file = fileOf(
      saleJson({ id: "1", time: "now", client: { id: "demo" }, voucher: { code: SECRET, colour: "red" } }),
    );
    const told = await sellFrom(file);
    expect(told).toEqual([
      `--request ${file}: is not a valid ProvisionRequest by Electrum's schema:`,
      "  id must be a random UUID (version 4), in lower case",
      "  time must be an RFC 3339 date and time, such as 2026-11-21T09:30:00.000Z",
      "  client.name is required",
      expect.stringMatching(/^ {2}voucher\.colour is not a known field/),
    ]);
    expect(told.join()).not.toContain(SECRET);
  });

  it("is not an object", async () => {
    const file = fileOf("[]");
    expect(await sellFrom(file)).toContain("  originator is required");
  });

  it("is given together with options for its fields", async () => {
    expect(await sellFrom(fileOf(saleJson()), "--amount", "1")).toEqual([
      "--amount is given with --request: expected the whole request in the file, or options alone",
    ]);
  });

  it("has another client than the user name", async () => {
    expect(await sellFrom(fileOf(saleJson()), "--username", "somebody")).toEqual([
      "--username somebody: expected demo, the client.id of the request",
    ]);
  });

  it("is a sale instead of a redemption", async () => {
    const told = await refusalOf("redeem", "--db", newDb(), "--confirm", "--request", fileOf(saleJson()));
    expect(told).toContain("  voucher is required");
  });
});

describe("a voucher that cannot be used", () => {
  const redeemWith = (...args: readonly string[]): Promise<readonly string[]> =>
    refusalOf("redeem", "--db", newDb(), "--confirm", ...args);

  it.each<readonly [args: readonly string[], told: string]>([
    [[], "no voucher: expected --voucher-file FILE, --voucher-code CODE or --request FILE"],
    [["--voucher-file", "/no/such"], "--voucher-file /no/such: no such file"],
    [["--voucher-file", "f", "--voucher-code", "1"], "--voucher-file and --voucher-code: expected one of them"],
    [["--voucher-code", "1".repeat(41)], "the voucher's code: must have at most 40 characters"],
  ])("%j", async (args, told) => {
    expect(await redeemWith(...args)).toEqual([told]);
  });

  it.each(["", "\n", "1\n2\n"])("a file that does not hold one line: %j", async (text) => {
    const file = fileOf(text);
    expect(await redeemWith("--voucher-file", file)).toEqual([
      `--voucher-file ${file}: expected one line that is not empty`,
    ]);
  });

  it("its code is not repeated", async () => {
    const file = fileOf(redemptionJson(SECRET.repeat(3)));
    const told = await redeemWith("--request", file);
    expect(told).toContain("  voucher.code must have at most 40 characters");
    expect(told.join()).not.toContain(SECRET);
  });
});

describe("Electrum options that cannot be used", () => {
  const sellTo = (url: string, ...args: readonly string[]): Promise<readonly string[]> =>
    refusalOf("sell", "--db", newDb(), "--amount", "1", "--confirm", "--electrum", url, ...args);

  it.each<readonly [url: string, told: string]>([
    [
      "http://sandbox.electrum.io/suv/v1",
      "--electrum: must be https; plain http is only for loopback (localhost, 127.0.0.0/8, ::1)",
    ],
    ["sandbox.electrum.io", "--electrum: must be a URL, such as https://host/suv/v1"],
    [
      `https://demo:${SECRET}@host/suv/v1`,
      "--electrum: must have no user name or password; those come from authorization",
    ],
    ["https://host/suv/v1?a=b", "--electrum: must have no query and no fragment"],
  ])("%s", async (url, told) => {
    vi.stubEnv("ELECTRUM_PASSWORD", "hush");
    expect(await sellTo(url, "--username", "demo")).toEqual([told]);
  });

  it("no password", async () => {
    vi.stubEnv("ELECTRUM_PASSWORD", "");
    expect(await sellTo("https://host/suv/v1", "--username", "demo")).toEqual([
      "no password for --electrum: expected the variable ELECTRUM_PASSWORD, or --password-file FILE",
    ]);
  });

  it("an empty password file", async () => {
    const file = fileOf("\n");
    expect(await sellTo("https://host/suv/v1", "--username", "demo", "--password-file", file)).toEqual([
      `--password-file ${file}: expected one line that is not empty`,
    ]);
  });

  it("no user name", async () => {
    vi.stubEnv("ELECTRUM_PASSWORD", "hush");
    expect(await sellTo("https://host/suv/v1")).toEqual([
      "--username is missing: expected Electrum's name for this client, which signs the request",
    ]);
  });

  it.each([["--password", SECRET], [`--password=${SECRET}`]])("a password among the arguments: %s", async (...args) => {
    const told = await sellTo("https://host/suv/v1", ...args);
    expect(told).toEqual([
      "--password is not allowed: every user of this machine can see arguments; set ELECTRUM_PASSWORD or give --password-file FILE",
    ]);
  });
});

describe("a database that cannot be used is not changed", () => {
  const sellOn = (db: string): Promise<readonly string[]> =>
    refusalOf("sell", "--db", db, "--amount", "1", "--confirm");

  it("is in a folder that does not exist", async () => {
    expect(await sellOn("/no/such/till.db")).toEqual(["--db /no/such/till.db: the folder /no/such does not exist"]);
  });

  it("is not a database", async () => {
    const db = fileOf("a letter to the bank", "letter.txt");
    expect(await sellOn(db)).toEqual([expect.stringMatching(/letter\.txt: is not a database of this demo/)]);
    expect(readdirSync(join(db, ".."))).toEqual(["letter.txt"]);
  });

  it("is another program's database", async () => {
    const db = newDb();
    new Database(db).exec("CREATE TABLE friends (name TEXT)").close();
    expect(await sellOn(db)).toEqual([expect.stringMatching(/till\.db: is not a database of this demo/)]);
  });

  it("was written by a newer release", async () => {
    const db = await newOutbox();
    new Database(db).exec("PRAGMA user_version = 999").close();
    expect(await sellOn(db)).toEqual([
      expect.stringMatching(/till\.db: was written by a newer release \(schema 999\)/),
    ]);
  });

  it("is locked by another process", async () => {
    const db = await newOutbox();
    const other = new Database(db);
    other.exec("BEGIN EXCLUSIVE");
    expect(await sellOn(db)).toEqual([
      `--db ${db}: another process keeps it locked; expected a database that can be written`,
    ]);
    other.close();
  });

  it("holds transactions with Electrum, but the destination is a simulated switch", async () => {
    vi.stubEnv("ELECTRUM_PASSWORD", "hush");
    const db = newDb();
    const args = ["--amount", "1", "--username", "demo", "--confirm", "--wait", "0", "--retries", "0"];
    expect((await run(["sell", "--db", db, "--electrum", UNREACHABLE_URL, ...args]))._unsafeUnwrap()).toBe(1);
    expect(await sellOn(db)).toEqual([
      `--db ${db}: holds transactions with a switch that is not simulated; expected --electrum URL`,
    ]);
    expect(
      await refusalOf(
        "sell",
        "--db",
        db,
        "--amount",
        "1",
        "--confirm",
        "--electrum",
        UNREACHABLE_URL,
        "--username",
        "x",
      ),
    ).toEqual([`--db ${db}: transactions of client demo are unfinished; expected --username demo, or another file`]);
  });

  it("holds transactions with a simulated switch, but the destination is Electrum", async () => {
    vi.stubEnv("ELECTRUM_PASSWORD", "hush");
    const db = await newOutbox();
    writeFileSync(`${db}.switch`, "");
    expect(await refusalOf("recover", "--db", db, "--electrum", UNREACHABLE_URL)).toEqual([
      `--db ${db}: holds sales of a simulated switch; expected another file for --electrum`,
    ]);
  });
});
