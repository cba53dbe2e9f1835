import { join } from "node:path";
import { parsePolicy } from "@electrum-vouchers/core";
import { type FaultPlan, startSimulator, transactionsWithId } from "@electrum-vouchers/simulator";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { newFolder } from "../test/folder.ts";
import { run } from "./cli.ts";
import { newSale } from "./flows/requests.ts";
import { compose } from "./compose.ts";

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

/** A sale that was issued, and whose till stopped before it decided. */
async function leaveSaleUndecided(db: string, url: string): Promise<string> {
  const credentials = { username: "demo", password: "any" };
  const options = { db, url, credentials: () => credentials, policy: parsePolicy()._unsafeUnwrap() };
  const { till, close } = (await compose(options))._unsafeUnwrap();
  const { id } = (await till.provision(newSale("Standard")))._unsafeUnwrap();
  await close();
  return id;
}

describe("demo recover", () => {
  it("cancels what the till had not decided", async () => {
    const [{ url, world }, db] = [await startSwitch(), newDb()];
    const id = await leaveSaleUndecided(db, url);

    expect(await demo("recover", "--db", db, "--electrum", url)).toBe(0);

    expect(printed).toContain(`${id} was issued: cancelled, since the customer has gone`);
    expect(transactionsWithId(world(), id)).toMatchObject([{ state: "reversed" }]);
  });

  it("with --keep, cancels nothing, and prints what is open", async () => {
    const [{ url, world }, db] = [await startSwitch(), newDb()];
    const id = await leaveSaleUndecided(db, url);

    expect(await demo("recover", "--db", db, "--electrum", url, "--keep")).toBe(1);

    expect(printed).toContain(`sale ${id}: issued - waits for the till to decide`);
    expect(transactionsWithId(world(), id)).toMatchObject([{ state: "open" }]);
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

    expect(await demo("recover", "--db", db, "--electrum", url, "--wait", "0")).toBe(1);

    expect(printed).toContain(`sale ${id}: reversing - decided; Electrum has not acknowledged the reversal yet`);
  });

  it("does not wait if the credentials are wrong", async () => {
    const [simulator, db] = [await startSwitch(), newDb()];
    const id = await leaveSaleUndecided(db, simulator.url);
    const refused = { kind: "status", status: 401, processed: false } as const;
    simulator.setFaults({ rules: [{ fault: refused, times: "always" }] });

    expect(await demo("recover", "--db", db, "--electrum", simulator.url, "--wait", "86400")).toBe(1);
    expect(printed).toMatch(/alert: Electrum does not accept the credentials of client \S+ \(401\)/);

    simulator.setFaults({});
    expect(await demo("recover", "--db", db, "--electrum", simulator.url)).toBe(0);
    expect(transactionsWithId(simulator.world(), id)).toMatchObject([{ state: "reversed" }]);
  });
});
