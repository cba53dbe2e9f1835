// Outboxes as real tills leave them: what went well, and each trouble that an operator meets.

import { openSqliteOutbox } from "@electrum-vouchers/adapter-sqlite-outbox";
import { parsePolicy, type Policy, standardProvider, stellr, type Uuid } from "@electrum-vouchers/core";
import type { Outbox, OutboxInspection } from "@electrum-vouchers/core/ports";
import { startTill, systemClock, type Till } from "@electrum-vouchers/runtime";
import {
  createScriptedElectrum,
  errorResponse,
  provisionRequest,
  receiver,
  redemptionRequest,
  type Script,
  secrets,
  successResponse,
  tenders,
  unwrap,
  unwrapAsync,
} from "@electrum-vouchers/testkit";
import { applyIntentAlone } from "../src/index.ts";

/** The transactions of the outbox, by what they are there for. */
export const ids: Readonly<Record<TroubledId, Uuid>> = {
  disputed: "95f2f539-0000-4000-8000-000000000001",
  /** Another dispute, to send again. */
  refused: "8352577b-0000-4000-8000-000000000002",
  /** A sale of a provider that takes no reversals, reversed. */
  unreconciled: "8ae4e686-0000-4000-8000-000000000003",
  queued: "fd9af1ef-0000-4000-8000-000000000004",
  held: "3854dc4e-0000-4000-8000-000000000005",
  handedOver: "24494faa-0000-4000-8000-000000000006",
  issued: "5b1c9e07-0000-4000-8000-000000000007",
  /** A sale that went well, whose record a test may damage. */
  sound: "7d3a51be-0000-4000-8000-000000000009",
  /** A redemption that waits for its till. */
  redeemed: "c0ffee00-0000-4000-8000-000000000008",
};

type TroubledId =
  | "sound"
  | "disputed"
  | "refused"
  | "unreconciled"
  | "queued"
  | "held"
  | "handedOver"
  | "issued"
  | "redeemed";

const isFor = (text: string, ...transactions: readonly Uuid[]): boolean => transactions.some((id) => text.includes(id));

/** Electrum, with a trouble for each transaction that has one. */
const troubles: Script = (outgoing) => {
  const { operation, message } = outgoing;
  const text = JSON.stringify(message);
  if (operation === "confirmVoucher" && isFor(text, ids.disputed, ids.refused))
    return { response: errorResponse(400, "FORMAT_ERROR") };
  if (operation === "confirmVoucher" && isFor(text, ids.queued, ids.held))
    return { response: { status: 503, body: "" } };
  return { response: successResponse(outgoing) };
};

const policyOf = (provider: Policy["provider"]): Policy => unwrap(parsePolicy({ messaging: "dual", provider }));

/** A till over an outbox, with an Electrum that is scripted. */
export const startTroubledTill = (outbox: Outbox & OutboxInspection, script: Script = troubles): Promise<Till> =>
  startTill({
    outbox,
    electrum: createScriptedElectrum(systemClock, script),
    policy: (subject) =>
      policyOf("provision" in subject && subject.provision.receiver?.id === stellr.name ? stellr : standardProvider),
    retention: "off",
  });

/** Fills an outbox, and stops the till. */
export async function fillOutbox(outbox: Outbox & OutboxInspection): Promise<void> {
  const till = await startTroubledTill(outbox);
  const sell = async (id: Uuid, provider = standardProvider.name): Promise<void> => {
    await unwrapAsync(till.provision(provisionRequest(id, { receiver: receiver(provider) })));
  };
  for (const id of [ids.disputed, ids.refused, ids.queued, ids.held]) {
    await sell(id);
    await unwrapAsync(till.confirm(id, tenders));
  }
  await sell(ids.unreconciled, stellr.name);
  await unwrapAsync(till.cancel(ids.unreconciled));
  await sell(ids.handedOver);
  await unwrapAsync(till.confirm(ids.handedOver, tenders));
  await unwrapAsync(till.finalized(ids.handedOver));
  await unwrapAsync(till.handOver(ids.handedOver, { by: "Thandi" }));
  await sell(ids.sound);
  await unwrapAsync(till.confirm(ids.sound, tenders));
  await unwrapAsync(till.finalized(ids.sound));
  await sell(ids.issued);
  await unwrapAsync(till.lookUp({ voucherCode: secrets.code }, { id: ids.redeemed }));
  await unwrapAsync(till.redeem(redemptionRequest(ids.redeemed)));
  for (const id of [ids.disputed, ids.refused, ids.unreconciled]) await untilSettled(outbox, id);
  await till.stop();
  const hold = { type: "hold", by: "Thandi", reason: "Electrum asked to wait", at: Date.now() } as const;
  unwrap(await applyIntentAlone(outbox, ids.held, hold, Date.now()));
}

/** An outbox on a new file, filled and closed. */
export async function makeTillFile(path: string): Promise<void> {
  const outbox = unwrap(openSqliteOutbox({ path }));
  await fillOutbox(outbox);
  await unwrapAsync(outbox.close());
}

const POLL_MS = 5;

/** Until Electrum has answered its advice. */
async function untilSettled(outbox: Outbox, id: Uuid): Promise<void> {
  for (;;) {
    const stored = await unwrapAsync(outbox.load(id));
    if (stored !== undefined && stored.due === undefined) return;
    await systemClock.sleep(POLL_MS);
  }
}
