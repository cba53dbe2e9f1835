import { fileURLToPath } from "node:url";
import { runExam } from "@electrum-vouchers/simulator";
import { expect, test } from "vitest";

/** Far longer than it takes. It only makes a test fail that would never end. */
const MAX_WAIT_MS = 300_000;

const client = fileURLToPath(new URL("till-client.ts", import.meta.url));
const command = `"${process.execPath}" --conditions=@electrum-vouchers/source --experimental-strip-types "${client}"`;

test(
  "our own till passes the exam for other people's clients, with full marks",
  async () => {
    const { passed, total, results } = await runExam({ command });

    expect(results.filter(({ faults }) => faults.length > 0)).toEqual([]);
    expect(passed).toBe(total);
    expect(total).toBeGreaterThan(20);
  },
  MAX_WAIT_MS,
);
