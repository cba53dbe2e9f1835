import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type ProcessResult, runDemo } from "../test/demo-process.ts";
import { newFolder } from "../test/folder.ts";
import { saleJson } from "../test/requests.ts";
import { run } from "./cli.ts";

/** A process starts in a second, or in several on a machine that is busy with other tests. */
const TIMEOUT_MS = 60_000;

const codeIn = ({ stdout }: ProcessResult): string =>
  / code +(\d+)/.exec(stdout)?.[1] ?? expect.fail(`no voucher in ${stdout}`);

describe("a till and a simulated switch, whose memory lasts from one command to the next", () => {
  it(
    "sells a voucher, and redeems it only once",
    async () => {
      const folder = newFolder();
      const db = join(folder, "till.db");

      const sold = await runDemo(["sell", "--db", db, "--amount", "10000", "--confirm"]);
      expect(sold).toMatchObject({ exitCode: 0, stderr: "" });
      expect(sold.stdout).toMatch(/provisionVoucher +201[^]*confirmVoucher +202[^]*confirmed - done/);

      const file = join(folder, "voucher");
      writeFileSync(file, `${codeIn(sold)}\n`);
      const redemption = ["redeem", "--db", db, "--voucher-file", file];
      const redeemed = await runDemo([...redemption, "--confirm"]);
      expect(redeemed).toMatchObject({ exitCode: 0, stderr: "" });
      expect(redeemed.stdout).toMatch(
        /lookupVoucher +200[^]*redeemVoucher +201[^]*confirmRedeem +202[^]*confirmed - done/,
      );
      expect(redeemed.stdout).not.toContain(codeIn(sold));

      const again = await runDemo([...redemption, "--confirm"]);
      expect(again).toMatchObject({ exitCode: 1, stderr: "" });
      expect(again.stdout).toMatch(/declined: 400 VOUCHER_ALREADY_REDEEMED/);
    },
    TIMEOUT_MS,
  );

  it(
    "refunds what was redeemed, and no more",
    async () => {
      const folder = newFolder();
      const db = join(folder, "till.db");
      const sold = await runDemo(["sell", "--db", db, "--amount", "10000", "--confirm"]);
      const file = join(folder, "voucher");
      writeFileSync(file, `${codeIn(sold)}\n`);
      const redeemed = await runDemo(["redeem", "--db", db, "--voucher-file", file, "--confirm", "--json"]);
      const [redemption = expect.fail(redeemed.stdout)] = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(
        redeemed.stdout,
      ) ?? [undefined];
      const refund = ["refund", "--db", db, "--voucher-file", file, "--redemption", redemption];

      const refused = await runDemo([...refund, "--amount", "10001", "--confirm"]);
      expect(refused).toMatchObject({ exitCode: 1 });
      expect(refused.stderr).toContain("more than the 10000 (currency 710) that is left of the redemption");

      const refunded = await runDemo([...refund, "--amount", "4000", "--confirm"]);
      expect(refunded).toMatchObject({ exitCode: 0, stderr: "" });
      expect(refunded.stdout).toMatch(/refundVoucher +201[^]*confirmRefund +202[^]*confirmed - done/);
      expect(refunded.stdout).not.toContain(codeIn(sold));

      const again = await runDemo(["redeem", "--db", db, "--voucher-file", file, "--confirm"]);
      expect(again).toMatchObject({ exitCode: 0, stderr: "" });
    },
    TIMEOUT_MS,
  );

  it(
    "a sale that is cancelled is reversed, and no voucher is shown",
    async () => {
      const sold = await runDemo(["sell", "--db", join(newFolder(), "till.db"), "--amount", "1", "--cancel"]);
      expect(sold).toMatchObject({ exitCode: 0, stderr: "" });
      expect(sold.stdout).toMatch(
        /reverseVoucher +202[^]*reversed - Electrum has acknowledged the reversal \(CANCELLED\)/,
      );
      expect(sold.stdout).not.toContain("voucher, for the customer");
    },
    TIMEOUT_MS,
  );

  it(
    "the same request again sells no other voucher, and shows the code only as a copy, with a name and a reason",
    async () => {
      const folder = newFolder();
      const [db, file] = [join(folder, "till.db"), join(folder, "sale.json")];
      writeFileSync(file, saleJson());
      const args = ["sell", "--db", db, "--request", file, "--messaging", "single"];

      const first = await runDemo(args);
      const second = await runDemo(args);

      expect(first).toMatchObject({ exitCode: 0, stderr: "" });
      expect(second).toMatchObject({ exitCode: 0, stderr: "" });
      expect(second.stdout).toContain("again it is a copy");
      expect(second.stdout).not.toContain("provisionVoucher");

      const third = await runDemo([...args, "--copy", "the printer ate it", "--by", "Thandi"]);
      expect(third.stdout).toContain("COPY 1");
      expect(codeIn(third)).toBe(codeIn(first));
      expect(second.stdout).not.toContain(codeIn(first));
    },
    TIMEOUT_MS,
  );

  it(
    "an unknown voucher is not redeemed",
    async () => {
      const args = ["redeem", "--db", join(newFolder(), "till.db"), "--voucher-code", "12345", "--confirm"];
      const ended = await runDemo(args);
      expect(ended).toMatchObject({ exitCode: 1, stderr: "" });
      expect(ended.stdout).toMatch(/lookupFailed - the lookup failed: 404 UNABLE_TO_LOCATE_RECORD[^]*abandoned/);
      expect(ended.stdout).not.toContain("12345");
    },
    TIMEOUT_MS,
  );
});

describe("the help", () => {
  it.each([
    ["--help", "demo recover"],
    ["help", "demo recover"],
    ["flows --help", "--only TEXT"],
    ["sell --help", "--request FILE"],
    ["redeem --help", "--voucher-file FILE"],
    ["refund --help", "--redemption ID"],
    ["recover --help", "--cancel-undecided"],
  ])("demo %s", async (line, text) => {
    const print = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    onTestFinished(() => print.mockRestore());
    expect((await run(line.split(" ")))._unsafeUnwrap()).toBe(0);
    expect(print.mock.calls.join("")).toContain(text);
  });
});
