import type { HttpResponse, Instant, NoResponse, OutgoingMessage } from "@electrum-vouchers/core";
import type { Electrum } from "@electrum-vouchers/core/ports";
import { err, ok, type Result, ResultAsync } from "neverthrow";
import type { PausableClock } from "../harness/pausable-clock.ts";
import type { Switch } from "../harness/switch.ts";
import type { Random } from "../random.ts";
import type { MarkContent } from "./marks.ts";
import type { MessageUnderWay } from "./surroundings.ts";

/** The way to Electrum. What was sent arrives, whatever becomes of its sender. */
export interface ElectrumLink extends Electrum {
  /** A message that a former process had sent comes to the switch when it was to arrive. */
  carryOn(message: MessageUnderWay): void;
  /** Whether no message is on its way. */
  isQuiescent(): boolean;
}

export interface ElectrumLinkOptions {
  readonly clock: PausableClock;
  readonly electrum: Switch;
  readonly random: Random;
  /** How likely each thing is that can go wrong with a message. */
  readonly faultRate: number;
  readonly mark: (content: MarkContent) => void;
  /** The first number of a message that no former process has given. */
  readonly firstNumber: number;
}

/** How long a message takes, one way. */
const MAX_TRANSIT_MS = 60;

export function createElectrumLink(options: ElectrumLinkOptions): ElectrumLink {
  const { clock, electrum, random, faultRate, mark } = options;
  let nextNumber = options.firstNumber;
  let inFlight = 0;
  const transitMs = (): number => 1 + random.below(MAX_TRANSIT_MS);

  async function deliver(number: number, outgoing: OutgoingMessage, arrivesAt: Instant): Promise<HttpResponse> {
    inFlight += 1;
    await clock.sleep(arrivesAt - clock.now());
    inFlight -= 1;
    const { status, body } = electrum.receive(outgoing);
    mark({ type: "received", number });
    return { status, body };
  }

  /** When a message arrives: soon, just before its deadline, or never. */
  function arrivalOf(deadlineAt: Instant): Instant | undefined {
    if (random.chance(faultRate)) return random.chance(0.5) ? deadlineAt - 1 : undefined;
    return Math.min(clock.now() + transitMs(), deadlineAt - 1);
  }

  async function send(outgoing: OutgoingMessage, deadlineAt: Instant): Promise<Result<HttpResponse, NoResponse>> {
    if (clock.now() >= deadlineAt) return err({ cause: "notSent" });
    const number = nextNumber;
    nextNumber += 1;
    const arrivesAt = arrivalOf(deadlineAt);
    mark({ type: "sent", number, outgoing, deadlineAt, ...(arrivesAt === undefined ? {} : { arrivesAt }) });
    const result = await awaitResponse(number, outgoing, arrivesAt, deadlineAt);
    mark({ type: "waitEnded", number, isAnswered: result.isOk() });
    return result;
  }

  async function awaitResponse(
    number: number,
    outgoing: OutgoingMessage,
    arrivesAt: Instant | undefined,
    deadlineAt: Instant,
  ): Promise<Result<HttpResponse, NoResponse>> {
    const response = arrivesAt === undefined ? undefined : await deliver(number, outgoing, arrivesAt);
    const isLost = response === undefined || random.chance(faultRate);
    const returnsAt = isLost ? deadlineAt : clock.now() + transitMs();
    await clock.sleep(Math.min(returnsAt, deadlineAt) - clock.now());
    return isLost || returnsAt >= deadlineAt ? err({ cause: "deadline" }) : ok(response);
  }

  return {
    send: (outgoing, deadlineAt) => new ResultAsync(send(outgoing, deadlineAt)),
    close: () => undefined,
    carryOn: ({ number, outgoing, arrivesAt = clock.now() }) => void deliver(number, outgoing, arrivesAt),
    isQuiescent: () => inFlight === 0 && electrum.isQuiescent(),
  };
}
