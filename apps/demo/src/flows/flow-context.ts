import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Policy, Uuid } from "@electrum-vouchers/core";
import type { RuntimeEvent, Till } from "@electrum-vouchers/runtime";
import type { ProviderName } from "@electrum-vouchers/simulator";
import { type FlowConditions, policyFor } from "@electrum-vouchers/testkit";
import { DEMO_CLIENT } from "../input/request.ts";
import { describeCompositionError } from "../till/session.ts";
import { startSwitch } from "../switch/start.ts";
import { type Composition, compose, type CompositionOptions } from "../compose.ts";
import type { SentMessage } from "./sent-messages.ts";
import { scaled, scaledForwarding, scalePolicy } from "./time-scale.ts";
import { type SwitchAdmin, connectSwitchAdmin } from "./switch-admin.ts";

/** Where one flow plays: a database and a switch of its own, and a till that works on them. */
export interface FlowContext {
  readonly db: string;
  /** The API of its switch. */
  readonly url: string;
  readonly switchAdmin: SwitchAdmin;
  readonly provider: ProviderName;
  readonly policy: Policy;
  /** What the tills tell their observers, in order. */
  readonly events: RuntimeEvent[];
  /** Messages that the runtime refused to send. */
  readonly refusedMessages: SentMessage[];
  /** The flow's transactions, in the order in which they start. */
  readonly ids: Uuid[];
  /** The code of the voucher that the customer brings. */
  voucherCode: string;
  /** The till in this process; started when it is first wanted. */
  readonly openTill: () => Promise<Till>;
  /** Waits until it is so; throws where that takes too long. */
  readonly waitUntil: (what: string, isDone: () => Promise<boolean>) => Promise<void>;
  readonly closeTill: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Nothing on a context takes a fraction of this. */
const WAIT_TIMEOUT_MS = 20_000;
const POLL_MS = 10;

/** Sets the context for a flow, with its files in a new folder below `folder`. */
export async function openContext(given: FlowConditions, folder: string): Promise<FlowContext> {
  const { provider = "standard" } = given;
  const policy = policyFor({ ...given, policy: scalePolicy(given.policy) });
  const simulated = await startSwitch({
    upstreamDeadlineMs: scaled(30_000),
    forwardRepeatMs: scaled(6_000),
    ...(policy.messaging === "single" ? { singleMessagingUser: DEMO_CLIENT } : {}),
  });
  if (simulated.isErr()) throw new Error(`no switch: ${simulated.error}`);
  const { url, adminUrl, stop } = simulated.value;
  const directory = await mkdtemp(join(folder, "flow-"));
  const db = join(directory, "till.db");
  const events: RuntimeEvent[] = [];
  const till = createLazyTill({
    db,
    url,
    credentials: () => ({ username: DEMO_CLIENT, password: "any" }),
    policy,
    forwarding: scaledForwarding,
    takeoverGraceMs: scaled(1_000),
    onEvent: (event) => void events.push(event),
  });
  return {
    db,
    url,
    switchAdmin: connectSwitchAdmin(adminUrl),
    provider,
    policy,
    events,
    refusedMessages: [],
    ids: [],
    voucherCode: "",
    openTill: till.open,
    waitUntil: async (what, isDone) => {
      const giveUpAt = Date.now() + WAIT_TIMEOUT_MS;
      while (!(await isDone())) {
        if (Date.now() > giveUpAt) throw new Error(`waited ${WAIT_TIMEOUT_MS / 1000} s in vain for ${what}`);
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
function createLazyTill(wiring: CompositionOptions): {
  readonly open: () => Promise<Till>;
  readonly close: () => Promise<void>;
} {
  let composition: Promise<Composition> | undefined;
  const start = async (): Promise<Composition> => {
    const opened = await compose(wiring);
    if (opened.isErr())
      throw new Error(`no till: ${describeCompositionError(wiring.db, opened.error).lines.join("; ")}`);
    return opened.value;
  };
  return {
    open: async () => {
      composition ??= start();
      return (await composition).till;
    },
    close: async () => {
      const opened = composition;
      composition = undefined;
      // Where it could not be started, there is nothing to close, and the flow has said why.
      await opened?.then(
        (till) => till.close(),
        () => undefined,
      );
    },
  };
}
