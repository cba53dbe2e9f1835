import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { startSimulator } from "@electrum-vouchers/simulator";
import { secrets } from "@electrum-vouchers/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { runVouchers, startVouchers } from "./run-vouchers.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { ids, makeTillFile } from "./till-with-trouble.ts";

// What keeps an outbox: check, repair, backup, retention, export, watch, deliver.

let template = "";
beforeAll(async () => {
  template = join(mkdtempSync(join(tmpdir(), "vouchers-template-")), "till.db");
  await makeTillFile(template);
});
afterAll(() => rmSync(join(template, ".."), { recursive: true }));

function tillFolder(): string {
  const folder = temporaryFolder();
  copyFileSync(template, join(folder, "till.db"));
  return folder;
}

const NOTE = ["--by", "Thandi", "--reason", "INC-4411", "--yes"];

function damage(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, "till.db"));
  database.exec(sql);
  database.close();
}

const DAMAGE = `UPDATE transactions SET record = replace(record, 'issued', 'isued') WHERE id = '${ids.issued}'`;

describe("vouchers check and repair", () => {
  it("find a damaged record, and rebuild it", async () => {
    const cwd = tillFolder();
    expect(await runVouchers(["check", "till.db"], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("till.db is sound"),
    });
    damage(cwd, DAMAGE);
    expect(await runVouchers(["check", "till.db"], { cwd })).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("the record is damaged"),
    });
    expect((await runVouchers(["status", "till.db", "--monitor"], { cwd })).stdout).toMatch(/^CRITICAL - 1 damaged/);
    expect(await runVouchers(["repair", "till.db", ids.issued, ...NOTE], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("rebuilt from its journal"),
    });
    expect(await runVouchers(["repair", "till.db", ids.issued, ...NOTE], { cwd })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("nothing is wrong with it"),
    });
    expect(await runVouchers(["check", "till.db"], { cwd })).toMatchObject({ exitCode: 0 });
    const { stdout } = await runVouchers(["show", "till.db", ids.issued, "--width", "120"], { cwd });
    expect(stdout).toMatch(/operator +rebuilt the record from its journal \(Thandi\): INC-4411/);
  });

  it("say why a record cannot be rebuilt", async () => {
    const cwd = tillFolder();
    damage(cwd, `${DAMAGE}; UPDATE journal SET entry = replace(entry, 'response', 'respnse')`);
    expect(await runVouchers(["repair", "till.db", ids.issued, "--width", "120", ...NOTE], { cwd })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("an entry of its journal is damaged, too"),
    });
  });
});

describe("vouchers backup", () => {
  it("makes a copy that can be opened, and replaces none", async () => {
    const cwd = tillFolder();
    expect(await runVouchers(["backup", "till.db", "copy.db"], { cwd })).toMatchObject({ exitCode: 0 });
    expect(statSync(join(cwd, "copy.db")).mode & 0o777).toBe(0o600);
    expect(await runVouchers(["status", "copy.db"], { cwd })).toMatchObject({ exitCode: 0 });
    expect(await runVouchers(["backup", "till.db", "copy.db"], { cwd })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("is there already"),
    });
    expect(await runVouchers(["backup", "till.db", "nowhere/copy.db"], { cwd })).toMatchObject({ exitCode: 2 });
  });
});

describe("vouchers retention", () => {
  it("leaves what is young, and refuses ages that make no sense", async () => {
    const cwd = tillFolder();
    const ages = ["--redact-after", "30d", "--redact-unsettled-after", "180d", "--delete-after", "400d", "--yes"];
    expect(await runVouchers(["retention", "till.db", ...ages], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("0 masked, 0 deleted"),
    });
    expect(await runVouchers(["retention", "till.db", "--redact-after", "30d", "--yes"], { cwd })).toMatchObject({
      exitCode: 2,
    });
  });
});

describe("vouchers export", () => {
  it("gives a line for each transaction, without a secret", async () => {
    const { exitCode, stdout } = await runVouchers(["export", "till.db"], { cwd: tillFolder() });
    expect(exitCode).toBe(0);
    const lines = stdout.trim().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toHaveLength(Object.keys(ids).length);
    for (const secret of Object.values(secrets)) expect(stdout).not.toContain(secret);
  });

  it("ends quietly if what reads it goes away", async () => {
    const child = startVouchers(["export", "till.db"], { cwd: tillFolder() });
    let complaints = "";
    child.stderr.on("data", (chunk) => {
      complaints += String(chunk);
    });
    child.stdout.destroy();
    await once(child, "close");
    expect(complaints).toBe("");
    expect(child.exitCode).toBe(0);
  });
});

describe("vouchers watch", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("goes on until %s, and ends without a stack trace", async (signal, exitCode) => {
    const child = startVouchers(["watch", "till.db"], { cwd: tillFolder() });
    let complaints = "";
    child.stderr.on("data", (chunk) => {
      complaints += String(chunk);
    });
    await once(child.stdout, "data");
    child.kill(signal);
    await once(child, "close");
    expect({ complaints, exitCode: child.exitCode }).toEqual({ complaints: "", exitCode });
  });
});

describe("vouchers deliver", () => {
  const startElectrum = async () => {
    const simulator = await startSimulator();
    onTestFinished(() => simulator.stop());
    return { ELECTRUM_URL: simulator.url, ELECTRUM_USERNAME: "corner-shop", ELECTRUM_PASSWORD: "any" };
  };

  it("sends what is owed, leaves what is undecided, and ends", async () => {
    const cwd = tillFolder();
    const environment = await startElectrum();
    const { exitCode, stdout, stderr } = await runVouchers(["deliver", "till.db"], { cwd, environment });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("fd9af1ef  confirmVoucher");
    expect(stdout).toContain("nothing is owed any more");
    const { stdout: undecided } = await runVouchers(["list", "till.db", "--undecided"], { cwd });
    expect(undecided).toContain("5b1c9e07");
  });

  it("says what is left if Electrum cannot be reached", async () => {
    const environment = { ELECTRUM_USERNAME: "corner-shop", ELECTRUM_PASSWORD: "any" };
    const args = ["deliver", "till.db", "--electrum", "http://127.0.0.1:1", "--wait", "0s"];
    expect(await runVouchers(args, { cwd: tillFolder(), environment })).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("1 still owed"),
    });
  });

  it("leaves what other credentials must send", async () => {
    const environment = { ...(await startElectrum()), ELECTRUM_USERNAME: "another-shop" };
    const cwd = tillFolder();
    expect(await runVouchers(["deliver", "till.db"], { cwd, environment })).toMatchObject({ exitCode: 0 });
    expect((await runVouchers(["queue", "till.db"], { cwd })).stdout).toContain("fd9af1ef");
  });

  it("asks for what is missing, and takes no password as an argument", async () => {
    const cwd = tillFolder();
    expect(await runVouchers(["deliver", "till.db"], { cwd })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("--electrum is missing"),
    });
    const args = ["deliver", "till.db", "--electrum", "https://electrum.example", "--password", "hunter2"];
    const { exitCode, stderr } = await runVouchers(args, { cwd });
    expect(exitCode).toBe(2);
    expect(stderr).not.toContain("hunter2");
  });
});

describe("vouchers completion", () => {
  it("completes commands and options in a shell", async () => {
    const { stdout } = await runVouchers(["completion", "bash"]);
    const script = `${stdout}\nCOMP_WORDS=(vouchers st); COMP_CWORD=1; _vouchers; echo "\${COMPREPLY[@]}"
COMP_WORDS=(vouchers list till.db --att); COMP_CWORD=3; _vouchers; echo "\${COMPREPLY[@]}"`;
    const child = spawn("bash", ["-c", script], { stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    child.stdout.on("data", (chunk) => {
      printed += String(chunk);
    });
    await once(child, "close");
    expect(printed).toBe("status\n--attention\n");
    expect(await runVouchers(["completion", "tcsh"])).toMatchObject({ exitCode: 2 });
  });
});
