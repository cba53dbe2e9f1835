import type { SilenceCause } from "@electrum-vouchers/core";

/** How a message fared, in a few words. */
export function describeSilence(cause: SilenceCause): string {
  switch (cause) {
    case "deadline":
      return "no answer";
    case "notSent":
      return "not sent";
    case "unreachable":
      return "unreachable";
    case "insecure":
      return "no secure connection";
    case "interrupted":
      return "connection lost";
    case "tooLarge":
      return "answer too large";
    case "credentials":
      return "not sent: no credentials";
    case "stopped":
      return "the till stopped";
  }
}
