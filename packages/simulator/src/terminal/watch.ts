import type { Simulator } from "../http/simulator.ts";
import { renderTables } from "./render-tables.ts";

const REFRESH_MS = 1_000;
const REQUESTS_SHOWN = 12;

/** Shows the simulator each second: redrawn in a terminal, else printed on each change. Returns a function that stops it. */
export function watch(simulator: Simulator, output: NodeJS.WriteStream): () => void {
  let shown = "";
  const timer = setInterval(() => {
    const picture = renderTables({
      url: simulator.url,
      world: simulator.world(),
      requests: simulator.requests(REQUESTS_SHOWN),
      faults: simulator.faults(1),
    });
    if (picture === shown) return;
    shown = picture;
    output.write(output.isTTY ? `\u001b[2J\u001b[H${picture}` : `${picture}\n`);
  }, REFRESH_MS);
  return () => clearInterval(timer);
}
