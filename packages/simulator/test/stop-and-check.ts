import type { Simulator } from "../src/http/simulator.ts";

/** Stops the simulator. Throws if a connection or a timer is left. */
export async function stopAndCheckResources(simulator: Simulator): Promise<void> {
  await simulator.stop();
  const { connections, timers } = await simulator.resources();
  if (connections + timers > 0) throw new Error(`${connections} connections and ${timers} timers are left`);
}

/** Waits until a condition holds. If it never does, the test times out. */
export async function waitUntil(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => void setTimeout(resolve, 5));
}
