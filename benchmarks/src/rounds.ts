/** One way to do a piece of work. Gives the measurement, such as operations a second. */
export type Contender = () => Promise<number>;

/** The median of each contender's rounds. */
export type Medians<Name extends string> = Readonly<Record<Name, number>>;

/**
 * Runs each contender once a round, one after the other. Each round begins with another one, so that other load on the machine
 * affects all of them alike. One round before these is not counted.
 */
export async function interleave<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  rounds: number,
): Promise<Medians<Name>> {
  const names = Object.keys(contenders).filter((name): name is Name => name in contenders);
  const measured = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    const first = (round + names.length) % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const figure = await contenders[name]();
      if (round >= 0) measured.get(name)?.push(figure);
    }
  }
  const medians: Readonly<Record<string, number>> = Object.fromEntries(
    [...measured].map(([name, figures]) => [name, median(figures)]),
  );
  if (!isComplete(medians, names)) throw new RangeError("every contender has a figure");
  return medians;
}

const isComplete = <Name extends string>(
  medians: Readonly<Record<string, number>>,
  names: readonly Name[],
): medians is Medians<Name> => names.every((name) => name in medians);

export function quantile(figures: readonly number[], fraction: number): number {
  const sorted = figures.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}

const median = (figures: readonly number[]): number => quantile(figures, 0.5);

/** The operations a second that `work` does, by a clock that cannot jump. */
export async function measurePerSecond(count: number, work: () => void | Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (count * 1000) / (performance.now() - startedMs);
}
