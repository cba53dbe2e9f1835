import type { Clock } from "./clock.ts";
import type { ForwarderStatus, Observer } from "./events.ts";
import { type Link, linkUp } from "./link.ts";

/** Keeps what the forwarder believes of its link, and tells the observer when its status changes. */
export interface LinkWatch {
  link(): Link;
  enter(next: Link): void;
  status(): ForwarderStatus;
  stop(): void;
}

export function watchLink({
  observe,
  clock,
}: {
  readonly observe: Observer;
  readonly clock: Pick<Clock, "now">;
}): LinkWatch {
  let link: Link = linkUp;
  let status: ForwarderStatus = "forwarding";

  function tell(next: ForwarderStatus): void {
    if (status === next || status === "stopped") return;
    status = next;
    observe({ type: "forwarder", status, at: clock.now() });
  }

  return {
    link: () => link,
    status: () => status,
    enter: (next) => {
      link = next;
      tell(link.status === "up" ? "forwarding" : link.status === "down" ? "probing" : "halted");
    },
    stop: () => tell("stopped"),
  };
}
