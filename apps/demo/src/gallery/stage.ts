import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Policy, policy, type Uuid } from "@electrum-vouchers/core";
import type { RuntimeEvent, Till } from "@electrum-vouchers/runtime";
import { profileOf } from "../input/policy.ts";
import { DEMO_CLIENT } from "../input/request.ts";
import { wiringFault } from "../till/session.ts";
import { startSwitch } from "../switch/start.ts";
import { type Wired, wire, type Wiring } from "../wire.ts";
import type { Given, ProviderName } from "./given.ts";
import type { Message } from "./messages.ts";
import { scaled, scaledForwarding, scaledPolicy } from "./scale.ts";
import { type SwitchView, viewSwitch } from "./switch-view.ts";

/** Where one flow plays: a database and a switch of its own, and a till that works on them. */
export interface Stage {
  readonly db: string;
  /** The API of its switch. */
  readonly url: string;
  readonly electrum: SwitchView;
  readonly provider: ProviderName;
  readonly policy: Policy;
  /** What the tills tell their observers, in order. */
  readonly events: RuntimeEvent[];
  /** Messages that the runtime refused to send. */
  readonly refused: Message[];
  /** The flow's transactions, in the order in which they start. */
  readonly ids: Uuid[];
  /** The code of the voucher that the customer brings. */
  voucherCode: string;
  /** The till in this process; started when it is first wanted. */
  readonly till: () => Promise<Till>;
  /** Waits until it is so; throws where that takes too long. */
  readonly until: (what: string, isDone: () => Promise<boolean>) => Promise<void>;
  readonly closeTill: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Nothing on a stage takes a fraction of this. */
const PATIENCE_MS = 20_000;
const POLL_MS = 10;

/** Sets the stage for a flow, with its files in a new folder below `folder`. */
export async function setStage(given: Given, folder: string): Promise<Stage> {
  const provider = given.provider ?? "Ordinary";
  const rules = policy({ ...scaledPolicy, provider: profileOf(provider), ...given.policy })._unsafeUnwrap();
  const simulated = await startSwitch({
    upstreamDeadlineMs: scaled(30_000),
    forwardRepeatMs: scaled(6_000),
    ...(rules.messaging === "single" ? { singleMessagingUser: DEMO_CLIENT } : {}),
  });
  if (simulated.isErr()) throw new Error(`no switch: ${simulated.error}`);
  const { url, adminUrl, stop } = simulated.value;
  const directory = await mkdtemp(join(folder, "flow-"));
  const db = join(directory, "till.db");
  const events: RuntimeEvent[] = [];
  const till = tillOn({
    db,
    url,
    credentials: () => ({ username: DEMO_CLIENT, password: "any" }),
    policy: rules,
    forwarding: scaledForwarding,
    takeoverGraceMs: scaled(1_000),
    observe: (event) => void events.push(event),
  });
  return {
    db,
    url,
    electrum: viewSwitch(adminUrl),
    provider,
    policy: rules,
    events,
    refused: [],
    ids: [],
    voucherCode: "",
    till: till.open,
    until: async (what, isDone) => {
      const giveUpAt = Date.now() + PATIENCE_MS;
      while (!(await isDone())) {
        if (Date.now() > giveUpAt) throw new Error(`waited ${PATIENCE_MS / 1000} s in vain for ${what}`);
        await sleep(POLL_MS);
      }
    },
    closeTill: till.close,
    close: async () => {
      await till.close();
      await stop();
    },
  };
}

/** A till that is started when it is first wanted. */
function tillOn(wiring: Wiring): { readonly open: () => Promise<Till>; readonly close: () => Promise<void> } {
  let wired: Promise<Wired> | undefined;
  const start = async (): Promise<Wired> => {
    const opened = await wire(wiring);
    if (opened.isErr()) throw new Error(`no till: ${wiringFault(wiring.db, opened.error).lines.join("; ")}`);
    return opened.value;
  };
  return {
    open: async () => {
      wired ??= start();
      return (await wired).till;
    },
    close: async () => {
      const opened = wired;
      wired = undefined;
      // Where it could not be started, there is nothing to close, and the flow has said why.
      await opened?.then(
        (till) => till.close(),
        () => undefined,
      );
    },
  };
}
