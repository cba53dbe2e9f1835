import type { NoResponseCause } from "@electrum-vouchers/core";

/** Why a message got no response, in a few words. */
export function describeNoResponse(cause: NoResponseCause): string {
  switch (cause) {
    case "deadline":
      return "no answer";
    case "notSent":
      return "not sent";
    case "cannotSend":
      return "this machine cannot send";
    case "unreachable":
      return "unreachable";
    case "insecure":
      return "no secure connection";
    case "interrupted":
      return "connection lost";
    case "tooLarge":
      return "response too large";
    case "credentials":
      return "not sent: no credentials";
    case "stopped":
      return "the till stopped";
  }
}
