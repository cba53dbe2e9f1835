import { describe, expect, it, onTestFinished, vi } from "vitest";
import { confirmation, provision, uuid } from "../../test/messages.ts";
import { textAt, createHttpTill } from "../../test/http-till.ts";
import { isWorld } from "../switch/world-snapshot.ts";
import { transactionsWithId } from "../switch/inspect.ts";
import { createWorld, type World } from "../switch/world.ts";
import { type Simulator, startSimulator } from "./simulator.ts";
import type { SimulatorOptions } from "./simulator-options.ts";

/** A world after it was stored as JSON and parsed again. */
function saveAndRestore(world: World): World {
  const read: unknown = JSON.parse(JSON.stringify(world));
  if (!isWorld(read)) throw new Error("a world that was kept is a world");
  return read;
}

async function startForTest(options: SimulatorOptions): Promise<Simulator> {
  const simulator = await startSimulator(options);
  onTestFinished(() => simulator.stop());
  return simulator;
}

describe("a simulator continues from a stored world", () => {
  it("reports each new world before the response to the request that changed it", async () => {
    const worlds: World[] = [];
    const { url } = await startForTest({ onChange: (world) => void worlds.push(world) });

    const sold = await createHttpTill(url).post("/vouchers", provision(uuid(1)));

    expect(sold.status).toBe(201);
    expect(worlds.map((world) => transactionsWithId(world, uuid(1)).map(({ state }) => state))).toContainEqual([
      "open",
    ]);
  });

  it("reports a reset, too", async () => {
    const worlds: World[] = [];
    const simulator = await startForTest({ onChange: (world) => void worlds.push(world) });
    await createHttpTill(simulator.url).post("/vouchers", provision(uuid(1)));
    simulator.reset();
    expect(worlds.at(-1)).toBe(simulator.world());
    expect(worlds.at(-1)?.issued).toBe(0);
  });

  it("knows the voucher, and delivers the advice that waited for its provider", async () => {
    const first = await startForTest({});
    const sold = await createHttpTill(first.url).post("/vouchers", provision(uuid(1)));
    first.setProvider("standard", { state: "down" });
    await createHttpTill(first.url).post("/vouchers/confirmations", confirmation(uuid(2), uuid(1)));
    await first.stop();

    const second = await startForTest({ world: saveAndRestore(first.world()), forwardRepeatMs: 1 });
    second.setProvider("standard", { state: "up" });

    const found = await createHttpTill(second.url).get(`/vouchers?voucherCode=${textAt(sold.body, "voucher.code")}`);
    expect(found.status).toBe(200);
    await vi.waitFor(() => {
      expect(transactionsWithId(second.world(), uuid(1))).toMatchObject([
        { state: "confirmed", providerState: "confirmed" },
      ]);
    });
  });

  it.each([null, 1, "world", [], {}, { ...createWorld(), vouchers: undefined }, { ...createWorld(), providers: null }])(
    "takes %j for no world",
    (value) => {
      expect(isWorld(value)).toBe(false);
    },
  );

  it("prefers the given settings to those of the world", async () => {
    const first = await startForTest({ remembersReversals: false, seed: 7 });

    const second = await startForTest({ world: saveAndRestore(first.world()), seed: 8 });

    expect(second.world().settings).toMatchObject({ remembersReversals: false, seed: 8 });
  });
});
