import type { HttpResponse } from "@electrum-vouchers/core";
import type { Random } from "../random.ts";
import { advices, requests } from "./messages.ts";
import { type SystemUnderTest, type Violations, violationUnless } from "./system-under-test.ts";

const MAX_BYTES = 4_096;

/** A response that is too large is kept to 4 kB, unless it is an approval, and means what it meant. */
export function checkBounded(system: SystemUnderTest, random: Random, response: HttpResponse): Violations {
  const large = { ...response, body: enlarge(random, response.body) };
  const [request, advice] = [random.pick(requests), random.pick(advices)];
  const meaning = system.classifyResponse(request, large);
  const [kept, keptOfAdvice] = [system.boundResponse(request, large), system.boundResponse(advice, large)];
  const isBounded = ({ body }: HttpResponse): boolean => Buffer.byteLength(body) <= MAX_BYTES;
  return [
    ...violationUnless(meaning.outcome === "approved" || isBounded(kept), "a response to a request is kept whole"),
    ...violationUnless(isBounded(keptOfAdvice), "a response to an advice is kept whole"),
    ...violationUnless(
      withoutTexts(system.classifyResponse(request, kept)) === withoutTexts(meaning),
      `${request.operation}: what is kept of a response means something else`,
    ),
    ...violationUnless(
      withoutTexts(system.classifyAdviceResponse(advice, keptOfAdvice)) ===
        withoutTexts(system.classifyAdviceResponse(advice, large)),
      `${advice.operation}: what is kept of a response means something else`,
    ),
  ];
}

/** Texts for display decide nothing, and may be left out of a hostile response. Pins that the customer has brought are left out always. */
const withoutTexts = (meaning: object): string =>
  JSON.stringify(meaning, (name, value: unknown) => (undecisive.has(name) ? undefined : value));

const undecisive: ReadonlySet<string> = new Set(["errorMessage", "providerErrorCode", "providerErrorMessage", "pin"]);

function enlarge(random: Random, body: string): string {
  const filler = random.pick(["x", "é", "\u0001", '"', "{"]).repeat(5_000);
  switch (random.below(4)) {
    case 0:
      return body + filler;
    case 1:
      return body + " ".repeat(5_000);
    case 2:
      return body.replace(/"([^"]*)":"/, (start: string) => `${start}${JSON.stringify(filler).slice(1, -1)}`);
    default:
      return body.replace(/^\{(?=.)/, `{"filler":${JSON.stringify(filler)},`);
  }
}
