import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { examCases } from "./exam-cases.ts";
import { examHelp, runExamCommand } from "./exam-command.ts";
import { type CaseResult, type ExamReport, runExam } from "./run-exam.ts";

// The exam itself: a careless client fails, and each of its faults is named. Our own till passes it in verification.

const careless = `"${process.execPath}" --experimental-strip-types "${fileURLToPath(new URL("../../test/careless-client.ts", import.meta.url))}"`;

/** Longer than the careless client needs for anything; it never does what it does not do at once. */
const PATIENCE_MS = 5_000;

describe("a careless client", () => {
  let report: ExamReport;

  beforeAll(async () => {
    report = await runExam({ command: careless, patienceMs: PATIENCE_MS });
  }, 300_000);

  const faultsIn = (name: string): readonly string[] =>
    report.results.find((result: CaseResult) => result.name === name)?.faults ?? [];

  test("fails, and passes what it does right", () => {
    expect(report.total).toBe(examCases.length);
    expect(report.results.filter(({ faults }) => faults.length === 0).map(({ name }) => name)).toEqual([
      "sale, declined by 400",
      "sale, declined by 404",
      "redemption, declined",
    ]);
    expect(report.passed).toBe(3);
  });

  test.each([
    ["sale, confirmed", "confirmVoucher does not echo the thirdPartyIdentifiers"],
    ["sale, given up by the customer", "reverseVoucher breaks the Swagger"],
    ["sale, no answer", "provisionVoucher was sent again under the same id"],
    ["sale, no answer", "retryProvisionVoucher never came"],
    ["sale, 400 VOUCHER_STATUS_UNKNOWN", 'sell: the client says "declined", and it is "issued"'],
    ["sale, no answer to any attempt", "reverseVoucher never came"],
    ["sale, a gateway's page instead of an answer", "none of retryProvisionVoucher, reverseVoucher came"],
    ["confirmation, unanswered twice", "confirmVoucher was repeated with another id or content"],
    ["confirmation, unanswered twice", "confirmVoucher was not repeated until it was acknowledged"],
    [
      "confirmation, the till is killed before it is acknowledged",
      "confirmVoucher was not repeated until it was acknowledged",
    ],
    ["sale, the till is killed while it waits for the answer", "none of retryProvisionVoucher, reverseVoucher came"],
    ["redemption, confirmed", "lookupVoucher never came"],
    ["redemption, no answer", "redeemVoucher was sent again under the same id"],
    ["redemption, no answer", "reverseRedeem never came"],
  ])("%s: %s", (name, fault) => {
    expect(faultsIn(name)).toContainEqual(expect.stringContaining(fault));
  });
});

describe("a client that is none", () => {
  const only = "sale, confirmed";
  test.each([
    ["ends at once", "exit 3", "sell: the client ended"],
    ["writes something else", "read line; echo hello", "sell: the client answered with no line of JSON"],
    ["says nothing", "sleep 100", "sell: the client did not answer"],
  ])("%s", async (_, command, fault) => {
    const { results } = await runExam({ command, patienceMs: 1_000, only });
    expect(results.map(({ faults }) => faults)).toEqual([
      [fault, "provisionVoucher never came", "confirmVoucher never came"],
    ]);
  });

  test("is quoted, made printable", async () => {
    const printed: string[] = [];
    const command = `printf '\\033[2Jcannot start' >&2; exit 3`;
    const exitCode = await runExamCommand(["--client", command, "--patience-ms", "500", "--only", only], {
      write: (text) => void printed.push(text),
      complain: () => undefined,
    });
    expect(exitCode).toBe(1);
    expect(printed.join("")).toContain("cannot start");
    expect(printed.join("")).not.toContain("\u001b");
    expect(printed.at(-1)).toBe("0 of 1 cases passed\n");
  });
});

describe("the command", () => {
  const run = async (...args: readonly string[]): Promise<{ exitCode: number; out: string; err: string }> => {
    let [out, err] = ["", ""];
    const exitCode = await runExamCommand(args, {
      write: (text) => {
        out += text;
      },
      complain: (text) => {
        err += text;
      },
    });
    return { exitCode, out, err };
  };

  test.each([
    [[], "--client COMMAND is missing"],
    [["--client", "x", "--patience-ms", "soon"], "--patience-ms soon: must be a whole number"],
    [["--client", "x", "--only", "lottery"], "--only lottery: no case has that name"],
    [["--client", "x", "--speed", "2"], "Unknown option '--speed'"],
  ])("refuses %j", async (args, expected) => {
    expect(await run(...args)).toEqual({ exitCode: 2, out: "", err: expect.stringContaining(expected) });
  });

  test("prints its help", async () => {
    expect(await run("--help")).toEqual({ exitCode: 0, out: examHelp, err: "" });
  });

  test("prints the report as JSON", async () => {
    const { exitCode, out } = await run(
      "--client",
      "exit 1",
      "--json",
      "--only",
      "sale, confirmed",
      "--patience-ms",
      "500",
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      passed: 0,
      total: 1,
      results: [{ name: "sale, confirmed", exchanges: [] }],
    });
  });
});
