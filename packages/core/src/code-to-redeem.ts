import type { Redemption } from "./machines/redemption-state.ts";
import { codeIn } from "./voucher-code.ts";

/** The code of the voucher that a redemption is about: as it is redeemed, else as it was looked up, else as it was found. */
export function codeToRedeem(redemption: Redemption): string | undefined {
  if ("redeem" in redemption) return redemption.redeem.request.voucher.code;
  const { voucherCode = "" } = redemption.start.lookup;
  if (voucherCode !== "") return voucherCode;
  return redemption.state === "found" ? codeIn(redemption.response) : undefined;
}
