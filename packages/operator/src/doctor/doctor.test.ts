import { startSimulator } from "@electrum-vouchers/simulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { diagnoseUrl } from "./diagnose-url.ts";
import { probeElectrum } from "./probe-electrum.ts";

const diagnose = (url: string, environment: Readonly<Record<string, string>> = {}) =>
  diagnoseUrl(new URL(url), environment).map(({ subject, level }) => `${subject} ${level}`);

describe("what a URL and the environment show", () => {
  it.each([
    ["https://sandbox.electrum.io/suv/v1", ["url good"]],
    ["https://sandbox.electrum.io/suv/v1/suv/v1", ["url bad"]],
    ["https://sandbox.electrum.io", ["url warning"]],
    ["http://sandbox.electrum.io/suv/v1", ["url bad", "url good"]],
    ["https://till:hunter2@sandbox.electrum.io/suv/v1", ["url bad", "url good"]],
  ] as const)("%s", (url, found) => {
    expect(diagnose(url)).toEqual(found);
  });

  it("a proxy that Node does not heed, and certificates that are not verified", () => {
    const url = "https://sandbox.electrum.io/suv/v1";
    expect(diagnose(url, { HTTPS_PROXY: "http://proxy:8080" })).toEqual(["url good", "environment warning"]);
    expect(diagnose(url, { NODE_TLS_REJECT_UNAUTHORIZED: "0" })).toEqual(["url good", "environment bad"]);
  });
});

describe("the way to Electrum", () => {
  const credentials = { username: "corner-shop", password: "any" };
  const probe = async (url: string, changes: object = {}) =>
    (await probeElectrum({ url: new URL(url), timeoutMs: 30_000, now: Date.now, credentials, ...changes })).map(
      ({ subject, level }) => `${subject} ${level}`,
    );

  async function startElectrum(faults: Parameters<typeof startSimulator>[0] = {}): Promise<string> {
    const simulator = await startSimulator(faults);
    onTestFinished(() => simulator.stop());
    return simulator.url;
  }

  it("is open if Electrum answers", async () => {
    expect(await probe(await startElectrum())).toEqual([
      "name good",
      "connection good",
      "answer good",
      "credentials good",
      "clock good",
    ]);
  });

  it("shows credentials that are refused, and a clock that is wrong", async () => {
    const refused = { fault: { kind: "status", status: 401, processed: false }, times: "always" } as const;
    const url = await startElectrum({ faults: { rules: [refused] } });
    expect(await probe(url)).toContain("credentials bad");
    expect(await probe(url, { now: () => Date.now() - 3_600_000 })).toContain("clock bad");
  });

  it("ends at the first step that fails", async () => {
    expect(await probe("http://127.0.0.1:1/suv/v1")).toEqual(["name good", "connection bad"]);
    expect(await probe("https://nowhere.invalid/suv/v1")).toEqual(["name bad"]);
  });

  it("is not secure if what answers speaks no TLS", async () => {
    const url = (await startElectrum()).replace("http:", "https:");
    expect(await probe(url)).toEqual(["name good", "connection good", "certificate bad"]);
  });
});
