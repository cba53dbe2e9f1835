import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parsePolicy } from "@electrum-vouchers/core";
import { type FaultPlan, startSimulator, transactionsWithId } from "@electrum-vouchers/simulator";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { newFolder } from "../test/folder.ts";
import { run } from "./cli.ts";
import { newSale } from "./flows/requests.ts";
import { type Composition, compose } from "./compose.ts";

let printed = "";

beforeEach(() => {
  printed = "";
  vi.stubEnv("ELECTRUM_PASSWORD", "any");
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
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

const newDb = (): string => join(newFolder(), "till.db");

const demo = async (...args: readonly string[]): Promise<number> => (await run(args))._unsafeUnwrap();

async function openTill(db: string, url: string): Promise<Composition> {
  const credentials = { username: "demo", password: "any" };
  const options = { db, url, credentials: () => credentials, policy: parsePolicy()._unsafeUnwrap() };
  return (await compose(options))._unsafeUnwrap();
}

/** The names and contents of the files beside the database, and its own. */
const filesOf = (db: string): readonly (readonly [string, string])[] =>
  readdirSync(dirname(db)).map((name) => [name, readFileSync(join(dirname(db), name), "utf8")]);

/** A sale that was issued, and whose till stopped before it decided. */
async function leaveSaleUndecided(db: string, url: string): Promise<string> {
  const { till, close } = await openTill(db, url);
  const { id } = (await till.provision(newSale("Standard")))._unsafeUnwrap();
  await close();
  return id;
}

describe("demo recover", () => {
  it("leaves alone what the till had not decided, prints it, and ends at once", async () => {
    const [{ url, world }, db] = [await startSwitch(), newDb()];
    const id = await leaveSaleUndecided(db, url);

    expect(await demo("recover", "--db", db, "--electrum", url, "--wait", "86400")).toBe(1);

    expect(printed).toContain(`sale ${id}: issued - waits for the till to decide`);
    expect(transactionsWithId(world(), id)).toMatchObject([{ state: "open" }]);
  });

  it("names a confirmed sale whose voucher was never handed over, and shows it once, if it is told to", async () => {
    const [{ url, world }, db] = [await startSwitch(), newDb()];
    const { till, close } = await openTill(db, url);
    const { id } = (await till.provision(newSale("Standard")))._unsafeUnwrap();
    (await till.confirm(id, []))._unsafeUnwrap();
    (await till.finalized(id))._unsafeUnwrap();
    await close();
    const [{ voucherCode = "" } = {}] = transactionsWithId(world(), id);

    expect(await demo("recover", "--db", db, "--electrum", url)).toBe(0);
    expect(printed).toContain(`${id} is confirmed, and its voucher was never handed over`);
    expect(printed).not.toContain(voucherCode);

    const handOver = ["recover", "--db", db, "--electrum", url, "--hand-over", id, "--by", "Thandi"];
    expect(await demo(...handOver)).toBe(0);
    expect(printed).toContain(voucherCode);
    expect(await demo(...handOver)).toBe(1);
    printed = "";
    expect(await demo("recover", "--db", db, "--electrum", url)).toBe(0);
    expect(printed).not.toContain("never handed over");
  });

  it("beside a till that is at work, takes no sale away from its customer", async () => {
    const [{ url, world }, db] = [await startSwitch(), newDb()];
    const { till, close } = await openTill(db, url);
    const { id } = (await till.provision(newSale("Standard")))._unsafeUnwrap();

    expect(await demo("recover", "--db", db, "--electrum", url)).toBe(1);

    expect((await till.confirm(id, []))._unsafeUnwrap().state).toBe("confirming");
    (await till.finalized(id))._unsafeUnwrap();
    await close();
    expect(transactionsWithId(world(), id)).toMatchObject([{ state: "confirmed" }]);
  });

  it("with --cancel-undecided, cancels what has waited for so long", async () => {
    const [{ url, world }, db] = [await startSwitch(), newDb()];
    const id = await leaveSaleUndecided(db, url);

    expect(await demo("recover", "--db", db, "--electrum", url, "--cancel-undecided", "0s")).toBe(0);

    expect(printed).toContain(`${id} was issued: cancelled`);
    expect(transactionsWithId(world(), id)).toMatchObject([{ state: "reversed" }]);
  });

  it("with --cancel-undecided, leaves alone what is newer", async () => {
    const [{ url, world }, db] = [await startSwitch(), newDb()];
    const id = await leaveSaleUndecided(db, url);

    expect(await demo("recover", "--db", db, "--electrum", url, "--cancel-undecided", "30m")).toBe(1);

    expect(transactionsWithId(world(), id)).toMatchObject([{ state: "open" }]);
  });

  it("with --cancel-undecided, is refused while another process has the file open, and changes nothing", async () => {
    const [{ url, world }, db] = [await startSwitch(), newDb()];
    const id = await leaveSaleUndecided(db, url);
    const { close } = await openTill(db, url);

    expect(await run(["recover", "--db", db, "--electrum", url, "--cancel-undecided", "0s"])).toMatchObject({
      error: {
        lines: [`--cancel-undecided: another process has ${db} open, and may be serving the customer; expected none`],
      },
    });

    await close();
    expect(transactionsWithId(world(), id)).toMatchObject([{ state: "open" }]);
  });

  it.each([
    ["a missing file", () => undefined, "there is no outbox; expected the file of a till"],
    ["an empty file", (db: string) => writeFileSync(db, ""), "there is no outbox; expected the file of a till"],
    ["another file", (db: string) => writeFileSync(db, "a shopping list"), "is not a database of this demo"],
  ])("creates nothing in place of %s, and changes nothing", async (_, make, told) => {
    const db = newDb();
    make(db);
    const before = filesOf(db);

    const refused = (await run(["recover", "--db", db]))._unsafeUnwrapErr();

    expect(refused.lines[0]).toContain(`--db ${db}: ${told}`);
    expect(filesOf(db)).toEqual(before);
  });

  it.each(["30", "m", "-1m", "1.5h", "1w", "999999d"])("refuses the age %s", async (age) => {
    const refused = (await run(["recover", "--db", newDb(), `--cancel-undecided=${age}`]))._unsafeUnwrapErr();
    expect(refused.lines).toEqual([
      `--cancel-undecided ${age}: expected a number and a unit, such as 30s, 30m, 12h or 2d`,
    ]);
  });

  it("has nothing to do after a sale that has ended, and sends nothing", async () => {
    const [{ url, requests }, db] = [await startSwitch(), newDb()];
    expect(await demo("sell", "--db", db, "--electrum", url, "--username", "demo", "--amount", "1", "--confirm")).toBe(
      0,
    );
    const { total } = requests();

    expect(await demo("recover", "--db", db, "--electrum", url)).toBe(0);

    expect(printed).toContain("nothing is unfinished");
    expect(requests().total).toBe(total);
  });

  it("tries for the given time if Electrum is not reachable, and prints what is left open", async () => {
    const [{ url, stop }, db] = [await startSwitch(), newDb()];
    const id = await leaveSaleUndecided(db, url);
    await stop();

    expect(await demo("recover", "--db", db, "--electrum", url, "--cancel-undecided", "0s", "--wait", "0")).toBe(1);

    expect(printed).toContain(`sale ${id}: reversing - decided; Electrum has not acknowledged the reversal yet`);
  });

  it("does not wait if the credentials are wrong", async () => {
    const [simulator, db] = [await startSwitch(), newDb()];
    const id = await leaveSaleUndecided(db, simulator.url);
    const refused = { kind: "status", status: 401, processed: false } as const;
    simulator.setFaults({ rules: [{ fault: refused, times: "always" }] });

    expect(
      await demo("recover", "--db", db, "--electrum", simulator.url, "--cancel-undecided", "0s", "--wait", "86400"),
    ).toBe(1);
    expect(printed).toMatch(/alert: Electrum does not accept the credentials of client \S+ \(401\)/);

    simulator.setFaults({});
    expect(await demo("recover", "--db", db, "--electrum", simulator.url)).toBe(0);
    expect(transactionsWithId(simulator.world(), id)).toMatchObject([{ state: "reversed" }]);
  });
});
