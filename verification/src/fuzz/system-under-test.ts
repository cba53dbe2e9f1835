import {
  type AdviceOutcome,
  boundResponse,
  type OutgoingMessage,
  type Provision,
  type ProvisionStart,
  type Refusal,
  startProvision,
  type Advice,
  type HttpResponse,
  type DamagedRecord,
  decode,
  decodeEntry,
  findDamage,
  type JournalEntry,
  planRepair,
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

/** The functions of the core that read foreign input: those that are shipped, or ones with a defect to test the check. */
export interface SystemUnderTest {
  readonly classifyResponse: (request: Request, response: HttpResponse) => RequestOutcome;
  readonly classifyAdviceResponse: (advice: Advice, response: HttpResponse) => AdviceOutcome;
  readonly observe: (transaction: Transaction, fact: Fact) => Step<Transaction>;
  readonly decode: (record: string) => Result<Transaction, DamagedRecord>;
  readonly boundResponse: (message: OutgoingMessage, response: HttpResponse) => HttpResponse;
  readonly startProvision: (start: ProvisionStart) => Result<Step<Provision>, Refusal>;
  readonly decodeEntry: (entry: string) => Result<JournalEntry, DamagedRecord>;
  readonly findDamage: typeof findDamage;
  readonly planRepair: typeof planRepair;
}

export const shippedCore: SystemUnderTest = {
  classifyResponse,
  classifyAdviceResponse,
  observe,
  boundResponse,
  startProvision,
  decode,
  decodeEntry,
  findDamage,
  planRepair,
};

/** Descriptions of what is wrong; empty if nothing is. */
export type Violations = readonly string[];

/** A description if something does not hold. */
export const violationUnless = (holds: boolean, violation: string): Violations => (holds ? [] : [violation]);
