import type { NoResponseCause } from "@electrum-vouchers/core";

/** How a message outcome, in a few words. */
export function describeSilence(cause: NoResponseCause): string {
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
