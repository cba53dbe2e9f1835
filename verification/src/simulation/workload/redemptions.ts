import type { Uuid, VoucherLookup } from "@electrum-vouchers/core";
import type { OwnedVoucher } from "./sales.ts";
import type { TillClient } from "./till-client.ts";
import type { SupervisedTill } from "../supervised-till.ts";
import { generateUuid, redemptionRequest } from "../messages.ts";
import type { ProcessEnvironment } from "../ports.ts";
import type { CustomerScript } from "./customer-script.ts";

/** A customer redeems a voucher, which another customer may be redeeming at the same time. */
export function createRedemptionWorkload(
  { context }: ProcessEnvironment,
  { call, waitWhileIn }: TillClient,
  script: CustomerScript,
  tills: readonly SupervisedTill[],
  vouchers: readonly OwnedVoucher[],
): (number: number) => Promise<void> {
  const { clock, random, trace, scenario } = context;
  const { chance, pick, below } = random;

  async function redeem(id: Uuid, { code, provider }: OwnedVoucher): Promise<void> {
    if (chance(0.15)) return void (await script.cancel(id));
    if (chance(0.1)) return;
    const request = redemptionRequest(id, provider, code);
    const [outcome] = await Promise.all([
      call(id, "redeems", (till) => till.redeem(request)),
      chance(0.1) ? script.cancelLater(id) : undefined,
    ]);
    const redemption = await waitWhileIn(outcome, ["redeeming"]);
    if (redemption?.state === "redeemed") await script.decide(id, script.confirmRedemption);
    if (chance(0.3)) await lookUpRedemption(id);
  }

  /** Asks Electrum what it holds. A till refuses that while the redemption is open. */
  async function lookUpRedemption(id: Uuid): Promise<void> {
    const supervisedTill = pick(tills);
    const result = await supervisedTill.call((till) => till.lookUpRedemption(id));
    const description = result.match(
      ({ outcome }) => outcome,
      ({ type }) => type,
    );
    trace.add(supervisedTill.name, `looks back at ${trace.nameOf(id)}: ${description}`);
  }

  return async (number) => {
    const id = generateUuid(random);
    trace.setName(id, `redemption ${number}`);
    await clock.sleep(below(scenario.arrivalWindowMs));
    const owned = pick(vouchers);
    const { code, provider, saleId } = owned;
    const lookup: VoucherLookup = {
      ...(saleId !== undefined && chance(0.3) ? { provisionRequestId: saleId } : { voucherCode: code }),
      receiverInstId: provider,
    };
    const pendingStates = ["lookingUp", "waitingToLookUp"] as const;
    let found = await waitWhileIn(await call(id, "looks up", (till) => till.lookUp(lookup, { id })), pendingStates);
    if (found?.state === "lookupFailed" && chance(0.5))
      found = await waitWhileIn(await call(id, "looks up again", (till) => till.lookUpAgain(id)), pendingStates);
    if (found?.state === "found") await redeem(id, owned);
  };
}
