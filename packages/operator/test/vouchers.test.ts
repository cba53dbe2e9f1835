import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { provisionRequest, secrets, successResponse, tenders, unwrap, unwrapAsync } from "@electrum-vouchers/testkit";
import { startSimulator } from "@electrum-vouchers/simulator";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { commands } from "../src/cli/commands.ts";
import { hintsIn } from "./hints.ts";
import { runVouchers } from "./run-vouchers.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { ids, makeTillFile, startTroubledTill } from "./till-with-trouble.ts";

// The program as an operator runs it, on files that a real till has made.

let template = "";
beforeAll(async () => {
  template = join(mkdtempSync(join(tmpdir(), "vouchers-template-")), "till.db");
  await makeTillFile(template);
});
afterAll(() => rmSync(join(template, ".."), { recursive: true }));

/** A folder of the test's own, with the outbox in it as `till.db`. */
function tillFolder(): string {
  const folder = temporaryFolder();
  copyFileSync(template, join(folder, "till.db"));
  return folder;
}

const NOTE = ["--by", "Thandi", "--reason", "INC-4411", "--yes"];

const jsonOf = (text: string): unknown => JSON.parse(text);

const changeInFile = (folder: string, sql: string): void => {
  const database = new DatabaseSync(join(folder, "till.db"));
  database.exec(sql);
  database.close();
};

const damageSoundSale = (folder: string): void =>
  changeInFile(
    folder,
    `UPDATE transactions SET record = replace(record, 'confirmed', 'konfirmed') WHERE id = '${ids.sound}'`,
  );

describe("vouchers status", () => {
  it("shows what waits, what needs an operator, and what to look at next", async () => {
    const { exitCode, stdout, stderr } = await runVouchers(["status", "till.db"], { cwd: tillFolder() });
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/QUEUED +1 +R 100\.00 +oldest/);
    expect(stdout).toMatch(/ATTENTION +4 +2 refused · 1 held · 1 no reversals/);
    expect(stdout).toMatch(/UNDECIDED +2/);
    expect(stdout).toContain("WARNING - 4 need an operator");
    expect(stdout).toContain("  vouchers list till.db --attention\n");
  });

  it("with --monitor, gives one line and the exit code that a monitoring program knows", async () => {
    const cwd = tillFolder();
    expect(await runVouchers(["status", "till.db", "--monitor"], { cwd })).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/^WARNING - .* \| queued=1 oldest=\d+s attention=4 undecided=2 halted=0\n$/),
    });
    expect(await runVouchers(["status", "till.db", "--monitor", "--critical-after", "0s"], { cwd })).toMatchObject({
      exitCode: 2,
      stdout: expect.stringMatching(/^CRITICAL - oldest advice /),
    });
    expect(await runVouchers(["status", "nothing.db", "--monitor"], { cwd })).toMatchObject({
      exitCode: 3,
      stdout: expect.stringMatching(/^UNKNOWN - nothing\.db: there is no outbox/),
    });
    expect(await runVouchers(["status", "--monitor"], { cwd })).toMatchObject({ exitCode: 3 });
  });

  it("says ok of an outbox in which nothing waits", async () => {
    const cwd = temporaryFolder();
    await unwrapAsync(unwrap(openSqliteOutbox({ path: join(cwd, "till.db") })).close());
    expect(await runVouchers(["status", "till.db", "--monitor"], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^OK - nothing needs an operator \|/),
    });
    expect((await runVouchers(["list", "till.db", "--attention"], { cwd })).stdout).toContain(
      "nothing needs an operator",
    );
    expect((await runVouchers(["queue", "till.db"], { cwd })).stdout).toContain("nothing waits");
  });

  it("gives JSON, and changes no byte of the file", async () => {
    const cwd = tillFolder();
    const before = readFileSync(join(cwd, "till.db"));
    const { stdout } = await runVouchers(["status", "till.db", "--json"], { cwd });
    expect(jsonOf(stdout)).toMatchObject({
      health: { level: "warning" },
      queued: { count: 1, amounts: { 710: 10_000 } },
    });
    expect(readFileSync(join(cwd, "till.db")).equals(before)).toBe(true);
  });
});

describe("vouchers list and queue", () => {
  it("lists what needs an operator, why, and what settles it", async () => {
    const { stdout } = await runVouchers(["list", "till.db", "--attention", "--width", "100"], { cwd: tillFolder() });
    expect(stdout).toMatch(/95f2f539 +sale +disputed .* refused: may be dead +resend \| resolve/);
    expect(stdout).toMatch(/8ae4e686 +sale +reversed .* no reversals: .* reconcile/);
    expect(stdout).not.toContain("24494faa");
  });

  it("keeps to the conditions", async () => {
    const cwd = tillFolder();
    const found = async (...conditions: readonly string[]): Promise<unknown> =>
      jsonOf((await runVouchers(["list", "till.db", "--json", ...conditions], { cwd })).stdout);
    expect(await found("--state", "issued")).toMatchObject({ transactions: [{ id: ids.issued }], isCut: false });
    expect(await found("--undecided")).toMatchObject({ transactions: [{ id: ids.issued }, { id: ids.redeemed }] });
    expect(await found("--queue", "corner-shop/Stellr")).toMatchObject({ transactions: [{ id: ids.unreconciled }] });
    expect(await found("--older-than", "2d")).toEqual({ transactions: [], isCut: false });
    expect(await found("--limit", "1")).toMatchObject({ transactions: [{}], isCut: true });
    expect(await found("--terminal", "TILL0001", "--client", "corner-shop", "--correlation", "x")).toMatchObject({
      transactions: [],
    });
  });

  it("shows what waits to be sent, how often it was tried, and why it waits", async () => {
    const cwd = tillFolder();
    const { stdout } = await runVouchers(["queue", "till.db"], { cwd });
    expect(stdout).toMatch(/fd9af1ef +sale +confirmVoucher +R 100\.00/);
  });
});

describe("vouchers show", () => {
  it("tells the story, what may be lost, and what each choice would do", async () => {
    const { exitCode, stdout } = await runVouchers(["show", "till.db", "95f2"], { cwd: tillFolder() });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/v1 .* till +asked for a sale of R 100\.00, terminal TILL0001/);
    expect(stdout).toMatch(/v4 .* Electrum +answered the advice with 400 FORMAT_ERROR → disputed/);
    expect(stdout).toContain("ATTENTION Electrum refuses the advice for good.");
    expect(stdout).toContain("vouchers resolve till.db 95f2f539 --outcome confirmed");
  });

  it("never shows a secret, whatever it shows", async () => {
    const cwd = tillFolder();
    for (const id of Object.values(ids))
      for (const format of [[], ["--json"]]) {
        const { stdout } = await runVouchers(["show", "till.db", id, ...format], { cwd });
        for (const secret of Object.values(secrets)) expect(stdout).not.toContain(secret);
      }
  });

  it("says what is wrong with an id", async () => {
    const cwd = tillFolder();
    expect(await runVouchers(["show", "till.db", "95f"], { cwd })).toMatchObject({ exitCode: 2 });
    expect(await runVouchers(["show", "till.db", "0000"], { cwd })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("no transaction in till.db has an id that begins with 0000"),
    });
    changeInFile(cwd, `UPDATE transactions SET id = '95f2ffff-0000-4000-8000-000000000009' WHERE id = '${ids.held}'`);
    expect(await runVouchers(["show", "till.db", "95f2"], { cwd })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("95f2 is the beginning of more than one id"),
    });
  });

  it("says of a damaged record that it must be repaired, and of a newer one that nothing is wrong", async () => {
    const cwd = tillFolder();
    changeInFile(cwd, `UPDATE transactions SET record = replace(record, 'issued', 'isued') WHERE id = '${ids.issued}'`);
    const newer = `UPDATE transactions SET record = replace(record, '{"version":1', '{"version":9') WHERE id = '${ids.held}'`;
    changeInFile(cwd, newer);
    expect(await runVouchers(["show", "till.db", ids.issued], { cwd })).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("vouchers repair till.db 5b1c9e07"),
    });
    expect(await runVouchers(["show", "till.db", ids.held], { cwd })).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("a newer release wrote this record"),
    });
    expect((await runVouchers(["list", "till.db"], { cwd })).stdout).toMatch(/5b1c9e07 +sale +damaged .*repair/);
    for (const id of [ids.issued, ids.held])
      expect(await runVouchers(["hold", "till.db", id, ...NOTE], { cwd })).toMatchObject({ exitCode: 1 });
  });
});

describe("a decision of an operator", () => {
  const cases: readonly (readonly [args: readonly string[], told: string])[] = [
    [["hold", "till.db", ids.queued], "v4 journalled, still confirming; attention 4 → 5; nothing was sent"],
    [["unhold", "till.db", ids.held], "v5 journalled, still confirming; attention 4 → 3; nothing was sent"],
    [["resend", "till.db", ids.refused], "v5 journalled, disputed → confirming; attention 4 → 3; nothing was sent"],
    [["resolve", "till.db", ids.disputed, "--outcome", "confirmed"], "disputed → resolved; attention 4 → 3"],
    [["reconcile", "till.db", ids.unreconciled, "--outcome", "agrees"], "still reversed; attention 4 → 3"],
    [["cancel", "till.db", ids.issued], "issued → reversing; attention 4 → 4; nothing was sent"],
    [["reprint", "till.db", ids.handedOver], "COPY 1; nothing was sent"],
  ];

  it.each(cases)("%j is journalled with who and why", async (args, told) => {
    const cwd = tillFolder();
    const { exitCode, stdout, stderr } = await runVouchers([...args, ...NOTE, "--width", "200"], { cwd });
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
    expect(stdout).toContain(told);
    const [, , id = ""] = args;
    expect((await runVouchers(["show", "till.db", id], { cwd })).stdout).toMatch(/operator +.*\(Thandi\): INC-4411/);
  });

  it("is refused without a name, a reason or a yes, and then nothing is changed", async () => {
    const cwd = tillFolder();
    const before = readFileSync(join(cwd, "till.db"));
    for (const [args, told] of [
      [["--reason", "x", "--yes"], "--by is missing"],
      [["--by", "x", "--yes"], "--reason is missing"],
      [["--by", "x", "--reason", "x"], "expected --yes"],
    ] as const)
      expect(await runVouchers(["hold", "till.db", ids.queued, ...args], { cwd })).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining(told),
      });
    expect(readFileSync(join(cwd, "till.db")).equals(before)).toBe(true);
  });

  it("that the transaction does not take is refused, with what to look at", async () => {
    const cwd = tillFolder();
    expect(await runVouchers(["resend", "till.db", ids.handedOver, "--width", "120", ...NOTE], { cwd })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("resend is not possible while it is confirmed; nothing was changed"),
    });
  });

  it("made by two operators at once is made by one; the other is told", async () => {
    const cwd = tillFolder();
    const resolve = (outcome: string) =>
      runVouchers(["resolve", "till.db", ids.disputed, "--outcome", outcome, ...NOTE], { cwd });
    const results = await Promise.all([resolve("confirmed"), resolve("reversed")]);
    expect(results.map(({ exitCode }) => exitCode)).toEqual(expect.arrayContaining([0, 1]));
    expect(results.map(({ stderr }) => stderr).join("")).toContain("nothing was changed");
    const { stdout } = await runVouchers(["show", "till.db", ids.disputed], { cwd });
    expect(stdout.match(/→ resolved/g)).toHaveLength(1);
  });

  it("is made beside a till that sells, and the till sends what is owed", async () => {
    const cwd = tillFolder();
    const outbox = unwrap(openSqliteOutbox({ path: join(cwd, "till.db") }));
    const till = await startTroubledTill(outbox, (outgoing) => ({ response: successResponse(outgoing) }));
    let isSelling = true;
    const selling = (async () => {
      let sold = 0;
      for (; isSelling; sold += 1) {
        const { id } = await unwrapAsync(till.provision(provisionRequest(crypto.randomUUID())));
        await unwrapAsync(till.confirm(id, tenders));
      }
      return sold;
    })();
    onTestFinished(async () => {
      isSelling = false;
      await till.stop();
      await outbox.close().unwrapOr(undefined);
    });
    for (const [args] of cases.filter(([[verb]]) => verb !== "hold")) {
      const told = args[0] === "cancel" ? [...args, "--while-alive"] : args;
      expect(await runVouchers([...told, ...NOTE], { cwd })).toMatchObject({ exitCode: 0, stderr: "" });
    }
    expect((await unwrapAsync(till.finalized(ids.held))).state).toBe("confirmed");
    expect((await unwrapAsync(till.finalized(ids.refused))).state).toBe("confirmed");
    expect((await unwrapAsync(till.finalized(ids.issued))).state).toBe("reversed");
    isSelling = false;
    expect(await selling).toBeGreaterThan(0);
  });
});

describe("vouchers cancel", () => {
  it("shows the list first, cancels what is old enough, and leaves the rest", async () => {
    const cwd = tillFolder();
    const young = await runVouchers(["cancel", "till.db", "--undecided", "--older-than", "1d", ...NOTE], { cwd });
    expect(young).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("there is nothing to cancel") });
    const { exitCode, stdout } = await runVouchers(
      ["cancel", "till.db", "--undecided", "--older-than", "0s", ...NOTE],
      {
        cwd,
      },
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ID +KIND[^]*5b1c9e07[^]*c0ffee00[^]*issued → reversing/);
    expect((await runVouchers(["list", "till.db", "--undecided"], { cwd })).stdout).toContain("nothing waits");
  });

  it("needs an age", async () => {
    const { exitCode, stderr } = await runVouchers(["cancel", "till.db", "--undecided", ...NOTE], {
      cwd: tillFolder(),
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--older-than is missing");
  });

  it("is refused while a till has the outbox open, unless it is told to", async () => {
    const cwd = tillFolder();
    const outbox = unwrap(openSqliteOutbox({ path: join(cwd, "till.db") }));
    onTestFinished(() => outbox.close().unwrapOr(undefined));
    const args = ["cancel", "till.db", "--undecided", "--older-than", "0s", ...NOTE];
    expect(await runVouchers(args, { cwd })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/1 other process has\s+till\.db open/),
    });
    expect(await runVouchers([...args, "--while-alive"], { cwd })).toMatchObject({ exitCode: 0 });
  });
});

describe("vouchers reprint", () => {
  it("shows the voucher of a sale that stands, and says that it is a copy", async () => {
    const cwd = tillFolder();
    const { stdout } = await runVouchers(["reprint", "till.db", ids.handedOver, ...NOTE], { cwd });
    expect(stdout).toMatch(/COPY 1\nCode: SECRET-VOUCHER-CODE/);
    expect((await runVouchers(["reprint", "till.db", ids.handedOver, ...NOTE], { cwd })).stdout).toContain("COPY 2");
    expect(await runVouchers(["reprint", "till.db", ids.issued, ...NOTE], { cwd })).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: expect.stringContaining("there is no voucher to hand over"),
    });
  });
});

describe("what vouchers says of bad input", () => {
  it.each([
    [["stauts", "till.db"], 2, "did you mean status?"],
    [["list", "till.db", "--stat", "x"], 2, "did you mean --state?"],
    [["list", "till.db", "--state"], 2, "--state has no value"],
    [["list", "till.db", "--limit", "0"], 2, "expected a whole number"],
    [["list", "till.db", "--older-than", "10"], 2, "such as 30s, 10m"],
    [["list", "till.db", "extra"], 2, 'unexpected argument "extra"'],
    [["show", "till.db"], 2, "ID is missing"],
    [["resolve", "till.db", ids.disputed, ...NOTE], 2, "--outcome is missing"],
    [["status", "postgresql://till:hunter2@db/tills"], 2, "a URL is not allowed as an argument"],
    [["status", "pg"], 2, "DATABASE_URL: expected postgresql://"],
    [["status", "nothing.db"], 3, "there is no outbox"],
    [["status", "notes.txt"], 3, "it is no outbox"],
    [["status", "nowhere/till.db"], 3, "there is no outbox"],
  ] as const)("%j", async (args, exitCode, told) => {
    const cwd = tillFolder();
    writeFileSync(join(cwd, "notes.txt"), "a shopping list, longer than one character");
    const result = await runVouchers(args, { cwd });
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr.replaceAll(/\s+/g, " ")).toContain(told);
    expect(result.stdout).toBe("");
    expect(result.stderr).not.toContain("hunter2");
    expect(result.stderr).not.toMatch(/^ +at /m);
  });

  it("names the release for a file that a newer one wrote", async () => {
    const cwd = tillFolder();
    changeInFile(cwd, "PRAGMA user_version = 99");
    expect(await runVouchers(["status", "till.db"], { cwd })).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining("a newer release wrote it"),
    });
  });
});

describe("what vouchers offers", () => {
  it("runs as it is printed", async () => {
    const offered = new Map<string, readonly string[]>();
    const cwd = tillFolder();
    const looks = [
      ["status", "till.db"],
      ["list", "till.db"],
      ["queue", "till.db"],
    ];
    for (const args of [...looks, ...Object.values(ids).map((id) => ["show", "till.db", id])])
      for (const hint of hintsIn((await runVouchers(args, { cwd })).stdout)) offered.set(hint.join(" "), hint);
    expect(offered.size).toBeGreaterThan(10);
    for (const hint of offered.values()) {
      const { exitCode, stderr } = await runVouchers(hint, { cwd: tillFolder() });
      expect({ hint, exitCode, stderr }).toEqual({ hint, exitCode: 0, stderr: "" });
    }
  }, 300_000);

  it.each(commands)("runs as the help of $name shows it", async ({ name, examples }) => {
    const simulator = await startSimulator();
    onTestFinished(() => simulator.stop());
    const environment = { ELECTRUM_URL: simulator.url, ELECTRUM_USERNAME: "corner-shop", ELECTRUM_PASSWORD: "any" };
    const help = await runVouchers([name, "--help"]);
    expect(help).toMatchObject({ exitCode: 0, stderr: "" });
    expect(help.stdout.split("\n").filter((line) => line.length > 80 && !line.startsWith("  vouchers"))).toEqual([]);
    expect(hintsIn(help.stdout)).toHaveLength(examples.length);
    for (const example of hintsIn(help.stdout)) {
      const cwd = tillFolder();
      if (name === "repair") damageSoundSale(cwd);
      const { stdout, stderr } = await runVouchers(example, { cwd, environment });
      expect({ example, stderr }).toEqual({ example, stderr: "" });
      expect(stdout).not.toBe("");
    }
  });

  it("fits 80 columns, and has no special characters with --plain", async () => {
    const cwd = tillFolder();
    for (const args of [["status"], ["list"], ["queue"], ["show", "95f2"]]) {
      const [command = "", ...rest] = args;
      const { stdout } = await runVouchers([command, "till.db", ...rest, "--plain"], { cwd });
      const lines = stdout.split("\n").filter((line) => !line.startsWith("  vouchers "));
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
      expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
    }
  });
});
