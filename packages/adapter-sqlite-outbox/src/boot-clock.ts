import { uptime } from "node:os";
import { currentBoot } from "./schedule/boot.ts";

/** A clock that runs since the machine was started, for all its processes, and cannot be set. */
export interface BootClock {
  /** Tells this start of the machine from others. A number takes less room in every row than a name. */
  readonly boot: number;
  /** Milliseconds since then. */
  readMs(): number;
}

export const systemBootClock = (): BootClock => ({
  boot: bootNumber(currentBoot()),
  readMs: () => Math.round(uptime() * 1_000),
});

/** Twelve digits of a random id are enough to tell the starts of one machine apart. */
const BOOT_DIGITS = 12;

/** The name is a random id or, if the system gives none, a time: that of the start as far as the wall clock knows it. */
const bootNumber = (name: string): number =>
  Number.isInteger(Number(name))
    ? Math.round(Number(name) / BOOT_TIME_UNIT_MS)
    : Number.parseInt(name.replaceAll("-", "").slice(0, BOOT_DIGITS), 16);

/** Two starts within a minute are taken for one, and a clock that is set back by more makes one start two: then more is waited. */
const BOOT_TIME_UNIT_MS = 60_000;
