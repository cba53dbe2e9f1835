import { type Advice, type Answer, readRedemptionLookup, type Request } from "@electrum-vouchers/core";
import { errorFaults } from "./errors.ts";
import { advices, ID, requests } from "./messages.ts";
import { type Faults, type Subject, unless } from "./subject.ts";
import { acknowledgementOf, verdictOn } from "./verdict.ts";

/** Reads one answer as the answer to everything that was ever sent, and holds each reading against the other one. */
export const readingFaults = (subject: Subject, answer: Answer): Faults => [
  ...requests.flatMap((request) => replyFaults(subject, request, answer)),
  ...advices.flatMap((advice) => acknowledgementFaults(subject, advice, answer)),
  ...lookupFaults(answer),
];

function replyFaults({ readReply }: Subject, request: Request, answer: Answer): Faults {
  const reading = readReply(request, answer);
  const verdict = verdictOn(request.operation, ID, answer);
  return [
    ...unless(reading.outcome === verdict, `${request.operation}: read as ${reading.outcome}, is ${verdict}`),
    ...errorFaults(reading.outcome === "approved" ? undefined : reading.error, answer),
  ];
}

function acknowledgementFaults({ readAcknowledgement }: Subject, advice: Advice, answer: Answer): Faults {
  const reading = readAcknowledgement(advice, answer);
  const meant = acknowledgementOf(advice.operation, advice.message, answer);
  return [
    ...unless(reading.outcome === meant, `${advice.operation}: read as ${reading.outcome}, is ${meant}`),
    ...errorFaults("error" in reading ? reading.error : undefined, answer),
  ];
}

/** A redemption that is looked up is approved by what approves its request, and by nothing else. */
function lookupFaults(answer: Answer): Faults {
  const { outcome } = readRedemptionLookup(ID, answer);
  const isApproved = verdictOn("lookupRedemption", ID, answer) === "approved";
  return unless((outcome === "approved") === isApproved, `readRedemptionLookup: read as ${outcome}`);
}
