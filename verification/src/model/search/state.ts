/** Everything at one moment. Each part is given by its number, so a state is a row of a few whole numbers. */
export interface State {
  /** What the outbox holds; 0 before the start. */
  readonly record: number;
  /** What switch and provider hold. */
  readonly world: number;
  readonly network: number;
  readonly history: number;
  /** The activities of the till's processes, in ascending order; 0 for none. */
  readonly activities: readonly number[];
}

const FIXED_COLUMNS = 4;

export const widthOf = (owners: number): number => FIXED_COLUMNS + owners;

export const toRow = ({ record, world, network, history, activities }: State): readonly number[] => [
  record,
  world,
  network,
  history,
  ...activities,
];

export const fromRow = ([
  record = 0,
  world = 0,
  network = 0,
  history = 0,
  ...activities
]: readonly number[]): State => ({
  record,
  world,
  network,
  history,
  activities,
});

/** The order of numbers in a state. It makes one state of what happened in different orders. */
export const ascending = (left: number, right: number): number => left - right;
