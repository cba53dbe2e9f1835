import type { Answer, Outgoing, Silence } from "@electrum-vouchers/core";
import type { SwitchResponse } from "@electrum-vouchers/simulator";
import { err, ok, type Result } from "neverthrow";
import type { Switch } from "./electrum.ts";
import { drawMishap, type Mishap } from "./mishaps.ts";
import { goesWrong, type Stage } from "./stage.ts";

/** The way from the tills to the switch and back. What was sent is under way, whatever becomes of its sender. */
export interface Network {
  /** Sends a message of the transaction called so, and waits for its answer for `timeMs` at most. */
  send(outgoing: Outgoing, timeMs: number, called: string): Promise<Result<Answer, Silence>>;
  /** How many messages are on their way to the switch. */
  readonly underWay: () => number;
}

/** How a message goes: as something makes it go wrong, or as it should. */
type Passage = Partial<Mishap>;

/** How long a message takes, one way. */
const MAX_TRANSIT_MS = 150;

const unaltered = (answer: Answer): Answer => answer;

const nothing: SwitchResponse = { status: 404, body: "" };

export function createNetwork(stage: Stage, electrum: Switch): Network {
  const { clock, random, trace, faults, scenario } = stage;
  let underWay = 0;
  let closedUntilMs = 0;
  const transitMs = (): number => 1 + random.below(MAX_TRANSIT_MS);

  /** The message arrives at the switch, as often as it does; gives the answer that its sender gets. */
  async function arrive(
    outgoing: Outgoing,
    afterMs: number,
    passage: Passage,
    called: string,
  ): Promise<SwitchResponse> {
    underWay += 1;
    await clock.sleep(afterMs);
    underWay -= 1;
    if (passage.arrives === "twice") electrum.process(outgoing);
    const response = electrum.process(outgoing, passage.likeTestServer);
    trace.add("switch", `${outgoing.operation} of ${called}: ${response.status}`);
    if (passage.copyAfterMs !== undefined) void arrive(outgoing, passage.copyAfterMs, {}, called);
    return response;
  }

  async function exchange(
    outgoing: Outgoing,
    timeMs: number,
    passage: Passage,
    called: string,
  ): Promise<Result<Answer, Silence>> {
    const { silence, alter = unaltered, arrivesLateMs = 0, answeredLateMs = 0 } = passage;
    const deadlineMs = clock.monotonicMs() + timeMs;
    /** Whether the sender still waits then. */
    const isAwaited = async (afterMs: number): Promise<boolean> => {
      const leftMs = deadlineMs - clock.monotonicMs();
      await clock.sleep(Math.min(afterMs, leftMs));
      return afterMs < leftMs;
    };
    const thereMs = transitMs() + arrivesLateMs;
    const isLost = passage.arrives === "never" || (thereMs >= timeMs && !scenario.remembersReversals);
    const arrival = isLost ? undefined : arrive(outgoing, thereMs, passage, called);
    if (!(await isAwaited(thereMs))) return err({ cause: "deadline" });
    const { status, body, delayMs = 0 } = (await arrival) ?? nothing;
    const backMs = silence === "deadline" ? timeMs : delayMs + answeredLateMs + transitMs();
    if (!(await isAwaited(backMs))) return err({ cause: "deadline" });
    return silence === undefined ? ok(alter({ status, body })) : err({ cause: silence });
  }

  /** What goes wrong with this message, if anything does. */
  function mishapFor(outgoing: Outgoing, called: string): Passage {
    const mishap = goesWrong(stage, scenario.rates.network) ? drawMishap(outgoing, random) : undefined;
    if (mishap === undefined) return {};
    // A switch without a memory of reversals needs a network that delivers in time.
    if (mishap.arrivesLateMs !== undefined && !scenario.remembersReversals) return {};
    faults.happened(mishap.kind);
    trace.add("network", `${outgoing.operation} of ${called}: ${mishap.kind}`);
    closedUntilMs = Math.max(closedUntilMs, clock.monotonicMs() + (mishap.closedForMs ?? 0));
    return mishap;
  }

  return {
    underWay: () => underWay,
    send: async (outgoing, timeMs, called) => {
      if (timeMs <= 0) return err({ cause: "notSent" });
      if (clock.monotonicMs() < closedUntilMs) return err({ cause: "unreachable" });
      return exchange(outgoing, timeMs, mishapFor(outgoing, called), called);
    },
  };
}
