import type { Observer } from "./events.ts";

/**
 * An observer that cannot harm a transaction: what it throws, or rejects with where it is async, is a bug of its owner, who is
 * warned of the first one only, since the next event would bring the next.
 */
export function sheltered(observe: Observer): Observer {
  let isWarned = false;

  function warn(error: unknown): void {
    if (isWarned) return;
    isWarned = true;
    const detail = error instanceof Error && error.stack !== undefined ? error.stack : String(error);
    process.emitWarning("The till's observer failed; the till goes on, and reports no further failure.", { detail });
  }

  return (event) => {
    const told = async (): Promise<void> => observe(event);
    told().catch(warn);
  };
}
