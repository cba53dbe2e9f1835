import type { Growth, Instant } from "@electrum-vouchers/core";
import { pauseMs } from "@electrum-vouchers/core";

/** What the forwarder believes of the way to Electrum. */
export type Link =
  | { readonly status: "up" }
  /** One probe at a time finds out when it is back. */
  | { readonly status: "down"; readonly failures: number; readonly probeAt: Instant }
  /** The credentials are wrong. */
  | { readonly status: "halted" };

export const linkUp: Link = { status: "up" };

/** A delivery failed: from now on one probe, not a thousand, each after a longer pause. */
export function linkFailed(link: Link, at: Instant, repeat: Growth, seed: string): Link {
  if (link.status === "halted") return link;
  // What was under way together fails together, and counts once.
  if (link.status === "down" && at < link.probeAt) return link;
  const failures = link.status === "down" ? link.failures + 1 : 1;
  return { status: "down", failures, probeAt: at + pauseMs(repeat, failures - 1, seed) };
}
