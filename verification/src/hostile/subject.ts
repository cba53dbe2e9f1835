import {
  type AcknowledgementReading,
  type Advice,
  type Answer,
  type DamagedRecord,
  decode,
  decodeEntry,
  type Entry,
  type Fact,
  observe,
  readAcknowledgement,
  type Reading,
  readReply,
  type Request,
  type Step,
  type Transaction,
} from "@electrum-vouchers/core";
import type { Result } from "neverthrow";

/** Everything of the core that meets what others wrote: what is shipped, or in a test of the check something that fails. */
export interface Subject {
  readonly readReply: (request: Request, answer: Answer) => Reading;
  readonly readAcknowledgement: (advice: Advice, answer: Answer) => AcknowledgementReading;
  readonly observe: (transaction: Transaction, fact: Fact) => Step<Transaction>;
  readonly decode: (record: string) => Result<Transaction, DamagedRecord>;
  readonly decodeEntry: (entry: string) => Result<Entry, DamagedRecord>;
}

export const shipped: Subject = { readReply, readAcknowledgement, observe, decode, decodeEntry };

/** What is wrong, in words; empty where nothing is. */
export type Faults = readonly string[];

/** A fault where something does not hold. */
export const unless = (holds: boolean, fault: string): Faults => (holds ? [] : [fault]);
