import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openPostgresOutbox } from "@electrum-vouchers/adapter-postgres-outbox";
import { unwrapAsync } from "@electrum-vouchers/testkit";
import { createDatabaseSchema } from "postgres-server";
import { databaseUrl } from "postgres-server/test-database";
import { expect, it, onTestFinished } from "vitest";
import { hintsIn } from "./hints.ts";
import { runVouchers } from "./run-vouchers.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { fillOutbox, ids } from "./till-with-trouble.ts";

const NOTE = ["--by", "Thandi", "--reason", "INC-4411", "--yes"];

it("does the same on PostgreSQL", async () => {
  const schema = createDatabaseSchema(databaseUrl());
  onTestFinished(() => schema.remove());
  const outbox = await unwrapAsync(openPostgresOutbox({ connectionString: databaseUrl(), schema: schema.name }));
  await fillOutbox(outbox);
  const environment = { DATABASE_URL: databaseUrl() };
  const vouchers = (command: string, ...rest: readonly string[]) =>
    runVouchers([command, "pg", "--schema", schema.name, "--width", "120", ...rest], { environment });

  const status = await vouchers("status");
  expect(status).toMatchObject({ exitCode: 0, stderr: "" });
  expect(status.stdout).toMatch(/ATTENTION +4/);
  expect(status.stdout).toContain("1 process has it open");
  expect(hintsIn(status.stdout)[0]).toEqual(["list", "pg", "--schema", schema.name, "--attention"]);
  expect((await vouchers("list", "--attention")).stdout).toContain("95f2f539");
  expect((await vouchers("queue")).stdout).toContain("fd9af1ef");
  expect((await vouchers("show", ids.disputed)).stdout).toContain("answered the advice with 400 FORMAT_ERROR");
  expect(await vouchers("hold", ids.queued, ...NOTE)).toMatchObject({ exitCode: 0, stderr: "" });
  expect((await vouchers("status", "--monitor")).stdout).toContain("attention=5");
  expect(await vouchers("resolve", ids.disputed, "--outcome", "confirmed", ...NOTE)).toMatchObject({ exitCode: 0 });
  await unwrapAsync(outbox.close());
  expect(await vouchers("cancel", "--undecided", "--older-than", "0s", ...NOTE)).toMatchObject({ exitCode: 0 });
  expect((await vouchers("list", "--undecided")).stdout).toContain("nothing waits");
  expect(await vouchers("backup", "copy.db")).toMatchObject({ exitCode: 2 });
});

it("takes the URL from a file, and creates nothing in place of an outbox that is not there", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "url");
  writeFileSync(file, `${databaseUrl()}\n`);
  const schema = createDatabaseSchema(databaseUrl());
  for (const args of [["status"], ["hold", ids.queued, ...NOTE]]) {
    const [command = "", ...rest] = args;
    expect(await runVouchers([command, "pg", "--url-file", file, "--schema", schema.name, ...rest])).toMatchObject({
      exitCode: 3,
      stdout: "",
      stderr: expect.stringContaining("holds no outbox"),
    });
  }
  writeFileSync(file, "postgresql://till:hunter2@127.0.0.1:1/tills");
  const { exitCode, stderr } = await runVouchers(["status", "pg", "--url-file", file]);
  expect(exitCode).toBe(3);
  expect(stderr).not.toContain("hunter2");
});
