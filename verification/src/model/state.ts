import type { Advice } from "@electrum-vouchers/core";

/** Everything at one moment: each part by its number, so that a state is a row of a few whole numbers. */
export interface State {
  /** What the outbox holds; 0 before the start. */
  readonly record: number;
  /** What switch and provider hold. */
  readonly world: number;
  readonly network: number;
  /** What is remembered for the sake of the invariants alone. */
  readonly ghosts: number;
  /** What processes of the till are busy with, in ascending order. */
  readonly activities: readonly number[];
}

export interface Ghosts {
  /** The last attempt that was sent; -1 before the first. */
  readonly attemptSent: number;
  readonly adviceSent?: Advice;
  /** A customer may have the voucher. */
  readonly handedOver: boolean;
  /** The till has asked once more for a voucher that was not found. */
  readonly lookedUpAgain: boolean;
  /** The switch has answered 404 to the reversal, and has not remembered it. */
  readonly forgotten: boolean;
  /** Something has happened that no client can make good: a limit of the protocol. */
  readonly excuse?: Excuse;
}

/**
 * - `lateRequest`: the switch processed a request whose reversal it had answered with 404, and forgotten
 * - `repeatedRequest`: something between till and switch repeated a `redeemVoucher` by itself
 */
export type Excuse = "lateRequest" | "repeatedRequest";

export const nothingSent: Ghosts = { attemptSent: -1, handedOver: false, lookedUpAgain: false, forgotten: false };

const FIXED_COLUMNS = 4;

export const widthOf = (owners: number): number => FIXED_COLUMNS + owners;

export const toRow = ({ record, world, network, ghosts, activities }: State): readonly number[] => [
  record,
  world,
  network,
  ghosts,
  ...activities,
];

export const fromRow = ([record = 0, world = 0, network = 0, ghosts = 0, ...activities]: readonly number[]): State => ({
  record,
  world,
  network,
  ghosts,
  activities,
});
