import { isJsonObject, parseJson } from "@electrum-vouchers/testkit";
import { providerNames } from "@electrum-vouchers/simulator";
import type { OwnedVoucher } from "./sales.ts";
import type { Switch } from "../switch.ts";
import { generateUuid, provisionRequest, tenders } from "../messages.ts";
import type { RunContext } from "../run-context.ts";

/** Vouchers that were sold before the run begins, so that customers have some to spend. */
export function sellInitialVouchers({ random, scenario }: RunContext, electrum: Switch): OwnedVoucher[] {
  return Array.from({ length: scenario.initialVouchers }, () => {
    const provider = random.pick(providerNames);
    const request = provisionRequest(generateUuid(random), provider);
    const { body } = electrum.receive({ operation: "provisionVoucher", message: request });
    const { id: requestId, time, thirdPartyIdentifiers } = request;
    const advice = { id: generateUuid(random), requestId, time, thirdPartyIdentifiers, tenders };
    if (scenario.messaging === "dual") electrum.receive({ operation: "confirmVoucher", message: advice });
    return { code: parseVoucherCode(body), provider };
  });
}

function parseVoucherCode(body: string): string {
  const response = parseJson(body);
  const voucher = isJsonObject(response) ? response["voucher"] : undefined;
  const code = isJsonObject(voucher) ? voucher["code"] : undefined;
  if (typeof code !== "string") throw new TypeError("the switch issues a voucher with a code");
  return code;
}
