import { isJsonObject, parseJson } from "@electrum-vouchers/core";
import { providerNames } from "@electrum-vouchers/simulator";
import type { Owned } from "./buyers.ts";
import type { Switch } from "./electrum.ts";
import { drawUuid, provisionRequest, tenders } from "./messages.ts";
import type { Stage } from "./stage.ts";

/** Vouchers that were sold before the run begins, so that customers have some to spend. */
export function sellEarlier({ random, scenario }: Stage, electrum: Switch): Owned[] {
  return Array.from({ length: scenario.earlierVouchers }, () => {
    const provider = random.pick(providerNames);
    const request = provisionRequest(drawUuid(random), provider);
    const { body } = electrum.process({ operation: "provisionVoucher", message: request });
    const { id: requestId, time, thirdPartyIdentifiers } = request;
    const advice = { id: drawUuid(random), requestId, time, thirdPartyIdentifiers, tenders };
    if (scenario.messaging === "dual") electrum.process({ operation: "confirmVoucher", message: advice });
    return { code: codeIn(body), provider };
  });
}

function codeIn(body: string): string {
  const answer = parseJson(body);
  const voucher = isJsonObject(answer) ? answer["voucher"] : undefined;
  const code = isJsonObject(voucher) ? voucher["code"] : undefined;
  if (typeof code !== "string") throw new TypeError("the switch issues a voucher with a code");
  return code;
}
