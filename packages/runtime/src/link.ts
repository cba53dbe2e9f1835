import type { Gate } from "./claim-loop.ts";

/** What the forwarder believes of the way to Electrum. Moments here are monotonic: a clock set back must not silence it. */
export type Link =
  | { readonly status: "up" }
  /** Single probes find out when it is up again. */
  | { readonly status: "down"; readonly probes: number; readonly probeAtMs: number }
  /** The credentials are wrong; only a person can say that they no longer are. */
  | { readonly status: "halted" };

export const linkUp: Link = { status: "up" };
export const linkHalted: Link = { status: "halted" };

/** A delivery that came to nothing. */
export interface Failure {
  readonly atMs: number;
  /** Whether somebody took the message. If not, nobody is there. */
  readonly wasReached: boolean;
  /** How long Electrum asked to be left alone; 0 where it did not. */
  readonly retryAfterMs: number;
}

/** The pause after so many probes in vain. */
export type ProbePause = (probes: number) => number;

/** Electrum settled an advice. While halted that proves nothing: it was under way when another was refused. */
export const linkAnswered = (link: Link): Link => (link.status === "halted" ? link : linkUp);

/** A customer's request was answered. Where nobody was there before, somebody is now: the next probe need not wait. */
export const linkHeard = (link: Link, atMs: number): Link =>
  link.status === "down" && link.probes > 0 ? { status: "down", probes: 0, probeAtMs: atMs } : link;

/** A delivery failed: from now on one probe, not a thousand. What was under way together fails together, and counts once. */
export function linkFailed(link: Link, { atMs, wasReached, retryAfterMs }: Failure, pause: ProbePause): Link {
  if (link.status === "halted") return link;
  const { probes, probeAtMs } = link.status === "down" ? link : { probes: 0, probeAtMs: atMs + pause(0) };
  return {
    status: "down",
    // Whoever takes messages but fails may fail with some of them only: steady probes soon find one that goes through.
    probes: wasReached ? 0 : probes,
    probeAtMs: Math.max(probeAtMs, atMs + retryAfterMs),
  };
}

/** A delivery starts. While Electrum is down it is a probe, and the next one waits longer. */
export function linkProbed(link: Link, atMs: number, pause: ProbePause): Link {
  if (link.status !== "down") return link;
  const probes = link.probes + 1;
  return { status: "down", probes, probeAtMs: atMs + pause(probes) };
}

/** How many advices may be taken up now. */
export function gateOf(link: Link, atMs: number, inFlight: number): Gate {
  switch (link.status) {
    case "up":
      return { limit: inFlight };
    case "down":
      return atMs < link.probeAtMs ? { limit: 0, waitMs: link.probeAtMs - atMs } : { limit: 1 };
    case "halted":
      return { limit: 0 };
  }
}
