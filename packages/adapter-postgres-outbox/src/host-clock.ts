import { readFileSync } from "node:fs";
import { uptime } from "node:os";

/** A clock that runs since the host was started, for all its processes, and cannot be set. Hosts have no such clock in common. */
export interface HostClock {
  /** Tells this start of this host from all others. */
  readonly boot: string;
  /** Milliseconds since then. */
  readMs(): number;
}

/** Two starts within a minute are taken for one, if the system gives no name to a start. */
const BOOT_TIME_UNIT_MS = 60_000;

export const systemHostClock = (): HostClock => ({
  boot: currentStart(),
  readMs: () => Math.round(uptime() * 1_000),
});

function currentStart(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return String(Math.round((Date.now() - uptime() * 1_000) / BOOT_TIME_UNIT_MS));
  }
}
