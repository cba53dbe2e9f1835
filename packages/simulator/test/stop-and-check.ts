import type { Simulator } from "../src/http/simulator.ts";

/** Stops the simulator; throws where a connection or a timer is left. */
export async function stopAndCheckResources(simulator: Simulator): Promise<void> {
  await simulator.stop();
  const { connections, timers } = await simulator.resources();
  if (connections + timers > 0) throw new Error(`${connections} connections and ${timers} timers are left`);
}

/** Waits for what must come about; the test's own time-out ends it where it does not. */
export async function waitUntil(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => void setTimeout(resolve, 5));
}
