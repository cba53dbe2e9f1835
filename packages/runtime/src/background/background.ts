import type { Forwarding, ResolvedTillOptions } from "../options.ts";
import { startClockCheck } from "./clock-check.ts";
import { startColumnSweep } from "./column-sweep.ts";
import { type Forwarder, type ForwarderOptions, startForwarder } from "./forwarder.ts";
import type { ClaimLoop } from "./claim-loop.ts";
import { type RecoveryOptions, startRecovery } from "./recovery.ts";
import { startUnservedCheck } from "./unserved-work.ts";
import { type RetentionOptions, type RetentionRunner, startRetention } from "./retention.ts";

/** What a till does that no call waits for. */
export interface Background {
  readonly forwarder: Forwarder;
  readonly recovery: ClaimLoop;
  readonly retention: RetentionRunner;
  /** Takes nothing more up. Resolves once what is under way has ended. */
  stop(): Promise<void>;
}

/** What its parts need, but for the till's own options. */
export type BackgroundOptions = Omit<RecoveryOptions & ForwarderOptions & RetentionOptions, SetHere>;

type SetHere = "checkClock" | "ownerGraceMs" | "clients" | "electrum" | "retention" | "digester" | keyof Forwarding;

export function startBackground(given: BackgroundOptions, settings: ResolvedTillOptions): Background {
  const { electrum, forwarding, takeoverGraceMs: ownerGraceMs, retention: times, digester, clients } = settings;
  const options = { ...given, ...(clients === undefined ? {} : { clients }) };
  // It listens before the claim loops do: they ask it once they are woken.
  const clockCheck = startClockCheck(options);
  const claiming = { ...options, checkClock: clockCheck.run, ownerGraceMs };
  const forwarder = startForwarder({ ...claiming, ...forwarding, electrum });
  const recovery = startRecovery(claiming);
  const retention = startRetention({ ...options, retention: times, digester });
  const { undeliveredAlertMs } = forwarding;
  const loops = [
    recovery,
    forwarder,
    retention,
    startColumnSweep(options),
    startUnservedCheck({ ...options, undeliveredAlertMs }),
  ];
  return {
    forwarder,
    recovery,
    retention,
    stop: async () => {
      clockCheck.stop();
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
