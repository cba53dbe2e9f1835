import { readFileSync } from "node:fs";
import { uptime } from "node:os";

/** Clocks that are set a little, and the time that it takes to ask for two of them. */
const TOLERANCE_MS = 60_000;

/**
 * Names the time since the machine was last started. What was written without waiting for the disk is whole as long as this lasts,
 * also if a process was killed; after a power loss it may not be.
 */
export function currentBoot(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return String(Math.round(Date.now() - uptime() * 1_000));
  }
}

/** Whether both name the same boot. Without a name of the system's own it is known by its time, as far as the clock knows that. */
export const isSameBoot = (left: string, right: string): boolean =>
  left === right || Math.abs(Number(left) - Number(right)) <= TOLERANCE_MS;
