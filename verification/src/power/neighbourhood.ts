import type { BootClock } from "@electrum-vouchers/adapter-sqlite-outbox";
import type { World } from "@electrum-vouchers/simulator";
import { createPausableClock, type PausableClock } from "../harness/pausable-clock.ts";
import { createSwitch, type Switch } from "../harness/switch.ts";
import type { Random } from "../random.ts";
import { runStartsAt } from "../simulation/messages.ts";
import { createElectrumLink, type ElectrumLink } from "./electrum-link.ts";
import type { MarkContent, MarkListener } from "./marks.ts";
import { deliverAllAdvices, type Surroundings } from "./surroundings.ts";

/** Electrum, and the way there, for one process. It knows what was under way when the process before it ended. */
export interface Neighbourhood {
  readonly clock: PausableClock;
  /** For the outboxes of the process. It runs with the clock, and nothing sets it. */
  readonly bootClock: BootClock;
  readonly electrum: Switch;
  readonly link: ElectrumLink;
  readonly mark: (content: MarkContent) => void;
}

export interface NeighbourhoodOptions {
  readonly surroundings: Surroundings;
  readonly random: Random;
  readonly faultRate: number;
  /** Tells the messages of this process from those of others on the same folder. */
  readonly life: number;
  /** How often the machine was started again before. */
  readonly boot: number;
  readonly onMark: MarkListener;
}

/** More messages than any process sends. */
const NUMBERS_PER_LIFE = 1_000_000;

export function createNeighbourhood(options: NeighbourhoodOptions): Neighbourhood {
  const { surroundings, random, faultRate, life, boot, onMark } = options;
  const clock = createPausableClock(surroundings.at);
  const electrum = createSwitch(clock, { world: deliverAllAdvices(surroundings.world, clock.now()) });
  const mark = createMarker(clock, electrum, onMark);
  const link = createElectrumLink({ clock, electrum, mark, random, faultRate, firstNumber: life * NUMBERS_PER_LIFE });
  surroundings.underWay.forEach(link.carryOn);
  const bootClock: BootClock = { boot, readMs: () => clock.now() - runStartsAt };
  return { clock, bootClock, electrum, link, mark };
}

/** Gives each mark its time, and the world if that has changed. */
function createMarker(clock: PausableClock, electrum: Switch, onMark: MarkListener): (content: MarkContent) => void {
  let last: World | undefined;
  return (content) => {
    const world = electrum.world();
    onMark({ ...content, at: clock.now(), ...(world === last ? {} : { world }) });
    last = world;
  };
}
