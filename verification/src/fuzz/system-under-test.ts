import {
  type AdviceOutcome,
  type Advice,
  type HttpResponse,
  type DamagedRecord,
  decode,
  decodeEntry,
  type Entry,
  type Fact,
  observe,
  classifyAdviceResponse,
  type RequestOutcome,
  classifyResponse,
  type Request,
  type Step,
  type Transaction,
} from "@electrum-vouchers/core";
import type { Result } from "neverthrow";

/** Everything of the core that meets what others wrote: what is shipped, or in a test of the check something that fails. */
export interface SystemUnderTest {
  readonly classifyResponse: (request: Request, answer: HttpResponse) => RequestOutcome;
  readonly classifyAdviceResponse: (advice: Advice, answer: HttpResponse) => AdviceOutcome;
  readonly observe: (transaction: Transaction, fact: Fact) => Step<Transaction>;
  readonly decode: (record: string) => Result<Transaction, DamagedRecord>;
  readonly decodeEntry: (entry: string) => Result<Entry, DamagedRecord>;
}

export const shippedCore: SystemUnderTest = { classifyResponse, classifyAdviceResponse, observe, decode, decodeEntry };

/** What is wrong, in words; empty where nothing is. */
export type Violations = readonly string[];

/** A fault where something does not hold. */
export const violationUnless = (holds: boolean, violation: string): Violations => (holds ? [] : [violation]);
