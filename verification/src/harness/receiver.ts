import type { PolicySubject } from "@electrum-vouchers/runtime";

/** The id of the provider that a request is for. Here each request and each lookup names it. */
export function receiverIdOf(subject: PolicySubject): string | undefined {
  if ("provision" in subject) return subject.provision.receiver?.id;
  if ("refund" in subject) return subject.refund.receiver?.id;
  return "redemption" in subject ? subject.redemption.receiver?.id : subject.lookup.receiverInstId;
}
