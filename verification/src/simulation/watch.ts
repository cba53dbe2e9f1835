import { operations, type Transaction, type Uuid } from "@electrum-vouchers/core";
import type { Change } from "@electrum-vouchers/core/ports";
import type { RuntimeEvent } from "@electrum-vouchers/runtime";
import { noteCommit } from "./commits.ts";
import { createDossiers, type Dossiers } from "./dossier.ts";
import type { Life } from "./life.ts";
import { type SendWatch, watchSends } from "./sends.ts";
import type { Stage } from "./stage.ts";

/** Watches everything that the tills of a run do, and notes what none may do. */
export interface Watch extends SendWatch {
  /** A step has become durable. */
  committed(before: Transaction | undefined, after: Transaction, change: Change): void;
  /** A process has stored a step. Says whether another one did, too, that is alive. */
  isShared(id: Uuid, driver: Life): boolean;
  /** Whether an advice of this transaction is on its way from a process that is alive. */
  isDelivering(id: Uuid): boolean;
  /** An observer was told of this. */
  told(event: RuntimeEvent): void;
  /** A till has answered a call with this transaction. */
  acknowledged(transaction: Transaction): void;
  /** A till has accepted that the transaction stands, or that it does not. */
  decided(id: Uuid, decision: "stands" | "falls"): void;
  /** A customer was given the voucher. */
  handedOver(id: Uuid, code: string): void;
  /** Minds that nothing is thrown by work that nobody waits for. */
  mind(work: Promise<unknown>): void;
  /** Notes that this does not hold. */
  broken(invariant: string, id?: Uuid): void;
  readonly dossiers: Dossiers;
  /** What observers were told, as text. */
  readonly events: readonly string[];
  /** What does not hold. */
  readonly faults: readonly string[];
}

export function createWatch(stage: Stage): Watch {
  const { trace } = stage;
  const dossiers = createDossiers();
  const events: string[] = [];
  const faults: string[] = [];

  function broken(invariant: string, id?: Uuid): void {
    const fault = id === undefined ? invariant : `${trace.nameOf(id)}: ${invariant}`;
    faults.push(fault);
    trace.add("BROKEN", fault);
  }

  /** Attempts of a lookup look alike on the wire; the runtime says which is which. */
  function noteAttempt({ id, operation, attempt }: Extract<RuntimeEvent, { type: "sent" }>): void {
    if (operations[operation].kind !== "request" || operation === "lookupRedemption") return;
    const { attempts } = dossiers.of(id);
    const name = `${operation} ${attempt}`;
    if (attempts.has(name)) broken("no attempt is sent twice", id);
    attempts.add(name);
  }

  return {
    ...watchSends(stage, dossiers, broken),
    dossiers,
    events,
    faults,
    broken,
    mind: (work) => {
      work.catch((error: unknown) =>
        broken(`nothing is thrown (${error instanceof Error ? (error.stack ?? error.message) : String(error)})`),
      );
    },
    committed: (before, after, change) => {
      for (const invariant of noteCommit(dossiers.of(after.id), before, after, change)) broken(invariant, after.id);
    },
    isShared: (id, driver) => {
      const { drivers } = dossiers.of(id);
      drivers.add(driver);
      return [...drivers].some((other) => other !== driver && !other.isOver());
    },
    isDelivering: (id) => [...dossiers.of(id).deliverers].some((life) => !life.isOver()),
    told: (event) => {
      events.push(JSON.stringify(event));
      if (event.type === "sent") noteAttempt(event);
      if (event.type === "alert" && (event.alert.reason === "unexpected" || event.alert.reason === "damagedRecord"))
        broken(`nothing is thrown, and every record can be read: ${JSON.stringify(event.alert)}`);
    },
    acknowledged: ({ id, state }) => void dossiers.of(id).acknowledged.add(state),
    decided: (id, decision) => {
      const dossier = dossiers.of(id);
      if ((dossier.decision ?? decision) !== decision) broken("of a confirm and a cancel, one wins", id);
      dossier.decision = decision;
    },
    handedOver: (id, code) => {
      dossiers.of(id).code = code;
    },
  };
}
