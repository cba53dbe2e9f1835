/** One line of the table: a measure of ours, and what it is compared with, in one run. */
export interface BenchmarkRow {
  readonly number: number;
  readonly measure: string;
  readonly ours: string;
  readonly denominator: string;
  readonly ratio: number;
  /** Absent if the line only explains another one. */
  readonly expected?: { readonly atLeast: number } | { readonly atMost: number };
}

/** How much to measure. */
export interface Effort {
  readonly rounds: number;
  /** Sales a round, if each step is awaited. */
  readonly sales: number;
  /** Rows of a backlog that is delivered. */
  readonly backlog: number;
  /** The sizes of the large backlogs. The longest history is as long as the largest. */
  readonly middle: number;
  readonly large: number;
  /** Unfinished transactions at reopening. */
  readonly unfinished: number;
}

export const quick: Effort = { rounds: 5, sales: 60, backlog: 1_000, middle: 5_000, large: 20_000, unfinished: 10_000 };

export const full: Effort = {
  rounds: 7,
  sales: 250,
  backlog: 5_000,
  middle: 100_000,
  large: 1_000_000,
  unfinished: 100_000,
};

export function meetsExpected({ ratio, expected }: BenchmarkRow): boolean {
  if (expected === undefined) return true;
  return "atLeast" in expected ? ratio >= expected.atLeast : ratio <= expected.atMost;
}

export const formatRate = (perSecond: number): string => `${Math.round(perSecond).toLocaleString("en")}/s`;

export const formatMs = (ms: number): string => `${ms < 10 ? ms.toFixed(2) : Math.round(ms)} ms`;
