import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parsePolicy } from "@electrum-vouchers/core";
import { type FaultPlan, startSimulator, transactionsWithId } from "@electrum-vouchers/simulator";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { newFolder } from "../test/folder.ts";
import { runDemo } from "../test/demo-process.ts";
import { run } from "./cli.ts";
import { type Composition, compose } from "./compose.ts";
import { newSale } from "./flows/requests.ts";

/** A process starts in a second, or in several on a machine that is busy with other tests. */
const TIMEOUT_MS = 60_000;

let printed = "";
let complained = "";

beforeEach(() => {
  printed = "";
  complained = "";
  vi.stubEnv("ELECTRUM_PASSWORD", "any");
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    complained += String(text);
    return true;
  });
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function startSwitch(faults: FaultPlan = {}) {
  const simulator = await startSimulator({ faults });
  onTestFinished(() => simulator.stop());
  return simulator;
}

const demo = async (...args: readonly string[]): Promise<number> => (await run(args))._unsafeUnwrap();

const complaintsOf = async (...args: readonly string[]): Promise<readonly string[]> =>
  (await run(args)).match(
    () => [],
    ({ lines }) => lines,
  );

const newDb = (): string => join(newFolder(), "till.db");

async function openTill(db: string, url: string): Promise<Composition> {
  const credentials = { username: "demo", password: "any" };
  const options = { db, url, credentials: () => credentials, policy: parsePolicy()._unsafeUnwrap() };
  return (await compose(options))._unsafeUnwrap();
}

/** A sale that is confirmed at Electrum, or one that waits for the till's decision. */
async function sell(db: string, url: string, end: "confirmed" | "open" = "confirmed"): Promise<string> {
  const { till, close } = await openTill(db, url);
  const { id } = (await till.provision(newSale("Standard")))._unsafeUnwrap();
  if (end === "confirmed") {
    (await till.confirm(id, []))._unsafeUnwrap();
    (await till.finalized(id))._unsafeUnwrap();
  }
  await close();
  return id;
}

describe("demo lookup", () => {
  it("shows what a voucher is worth, and never its code", async () => {
    const [{ url, world }, db] = [await startSwitch(), newDb()];
    const id = await sell(db, url);
    const [{ voucherCode = "" } = {}] = transactionsWithId(world(), id);
    const file = join(newFolder(), "voucher");
    writeFileSync(file, `${voucherCode}\n`);

    expect(await demo("lookup", "--db", db, "--electrum", url, "--voucher-file", file)).toBe(0);

    expect(printed).toMatch(/found\n +value +\d+ \(currency 710\)/);
    expect(voucherCode).not.toBe("");
    expect(printed).not.toContain(voucherCode);
  });

  it("says what Electrum holds of a sale that is over, as JSON too", async () => {
    const [{ url }, db] = [await startSwitch(), newDb()];
    const id = await sell(db, url);
    const question = ["lookup", "--db", db, "--electrum", url, "--sale", id];

    expect(await demo(...question)).toBe(0);
    expect(printed).toContain("processed - approved");
    printed = "";
    expect(await demo(...question, "--json")).toBe(0);
    const lines = printed.trimEnd().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ type: "lookedUp", outcome: "processed", result: "approved" }),
    );
  });

  it("refuses to ask about a sale that is open", async () => {
    const [{ url }, db] = [await startSwitch(), newDb()];
    const id = await sell(db, url, "open");

    expect(await demo("lookup", "--db", db, "--electrum", url, "--sale", id)).toBe(1);
    expect(complained).toContain("it is still issued, and must not be looked up yet");
  });

  it("says what it cannot tell, and ends with 1", async () => {
    const page = { fault: { kind: "status", status: 403, processed: false }, times: "always" } as const;
    const [{ url }, db] = [await startSwitch({ rules: [{ match: { operation: "lookupVoucher" }, ...page }] }), newDb()];
    const id = await sell(db, url);

    expect(await demo("lookup", "--db", db, "--electrum", url, "--sale", id)).toBe(1);
    expect(printed).toContain("cannot tell yet - 403, and not from Electrum");
  });

  it("creates no file for a question", async () => {
    const db = newDb();

    expect(await complaintsOf("lookup", "--db", db, "--serial", "7001")).toEqual([
      `--db ${db}: there is no outbox; expected the file of a till`,
    ]);
    expect(existsSync(db)).toBe(false);
  });

  it.each([[[]], [["--serial", "1", "--sale", "2"]]])("needs one subject: %j", async (subject) => {
    expect(await complaintsOf("lookup", "--db", "till.db", ...subject)).toEqual([
      "expected one of --voucher-file, --serial, --sale, --redemption; see demo lookup --help",
    ]);
  });
});

describe("demo products", () => {
  it("lists what Electrum sells, and keeps it", async () => {
    const [{ url }, file] = [await startSwitch(), join(newFolder(), "products.json")];

    expect(await demo("products", "--electrum", url, "--keep", file)).toBe(0);

    expect(printed).toMatch(/Electrum lists \d+ products/);
    expect(printed).toMatch(/GAME100 +Game voucher R100 +10000 \(currency 710\)/);
    expect(readFileSync(file, "utf8")).toContain("GAME100");
  });

  it("shows the list that was kept if Electrum gives none, and ends with 1", async () => {
    const faults = { rules: [{ match: { nth: 2 }, fault: { kind: "notJson" } }] } as const;
    const [{ url }, file] = [await startSwitch(faults), join(newFolder(), "products.json")];
    const command = ["products", "--electrum", url, "--keep", file];
    expect(await demo(...command)).toBe(0);
    printed = "";

    expect(await demo(...command, "--json")).toBe(1);

    const lines = printed.trimEnd().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { type: "productsNotListed", reason: "notElectrum", status: 200 },
      { type: "products", products: expect.arrayContaining([expect.objectContaining({ productId: "GAME100" })]) },
    ]);
  });

  it("says that the file is no list, and shows Electrum's", async () => {
    const [{ url }, file] = [await startSwitch(), join(newFolder(), "products.json")];
    writeFileSync(file, "{");

    expect(await demo("products", "--electrum", url, "--keep", file)).toBe(0);
    expect(complained).toContain(`--keep ${file}: holds no list of products`);
    expect(readFileSync(file, "utf8")).toContain("GAME100");
  });

  it(
    "has a simulated switch of its own",
    async () => {
      expect(await runDemo(["products"])).toMatchObject({
        exitCode: 0,
        stderr: "",
        stdout: expect.stringContaining("GAME100"),
      });
    },
    TIMEOUT_MS,
  );
});
