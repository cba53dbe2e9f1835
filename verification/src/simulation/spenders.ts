import type { Uuid, VoucherLookup } from "@electrum-vouchers/core";
import type { Owned } from "./buyers.ts";
import type { Counter } from "./counter.ts";
import type { Host } from "./host.ts";
import { drawUuid, redemptionRequest } from "./messages.ts";
import type { Surroundings } from "./ports.ts";
import type { Will } from "./will.ts";

/** A customer who spends a voucher out of the purse, which another may be spending, too. */
export function createSpender(
  { stage }: Surroundings,
  { ask, past }: Counter,
  will: Will,
  hosts: readonly Host[],
  purse: readonly Owned[],
): (number: number) => Promise<void> {
  const { clock, random, trace, scenario } = stage;
  const { chance, pick, below } = random;

  async function redeem(id: Uuid, { code, provider }: Owned): Promise<void> {
    if (chance(0.15)) return void (await will.cancel(id));
    if (chance(0.1)) return;
    const request = redemptionRequest(id, provider, code);
    const [redeemed] = await Promise.all([
      ask(id, "redeems", (till) => till.redeem(request)),
      chance(0.1) ? will.changeMind(id) : undefined,
    ]);
    const answered = await past(redeemed, ["redeeming"]);
    if (answered?.state === "redeemed") await will.decide(id, will.confirmRedemption);
    if (chance(0.3)) await lookBack(id);
  }

  /** Asks Electrum what it holds, which a till refuses while the redemption is open. */
  async function lookBack(id: Uuid): Promise<void> {
    const host = pick(hosts);
    const answer = await host.call((till) => till.lookUpRedemption(id));
    const said = answer.match(
      ({ outcome }) => outcome,
      ({ type }) => type,
    );
    trace.add(host.name, `looks back at ${trace.nameOf(id)}: ${said}`);
  }

  return async (number) => {
    const id = drawUuid(random);
    trace.call(id, `redemption ${number}`);
    await clock.sleep(below(scenario.arrivalsWithinMs));
    const owned = pick(purse);
    const { code, provider, saleId } = owned;
    const lookup: VoucherLookup = {
      ...(saleId !== undefined && chance(0.3) ? { provisionRequestId: saleId } : { voucherCode: code }),
      receiverInstId: provider,
    };
    const looking = ["lookingUp", "waitingToLookUp"] as const;
    let found = await past(await ask(id, "looks up", (till) => till.lookUp(lookup, id)), looking);
    if (found?.state === "notFound" && chance(0.5))
      found = await past(await ask(id, "looks up again", (till) => till.lookUpAgain(id)), looking);
    if (found?.state === "found") await redeem(id, owned);
  };
}
