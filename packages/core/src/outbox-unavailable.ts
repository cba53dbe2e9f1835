/** Nothing was written. */
export interface OutboxUnavailable {
  readonly type: "unavailable";
  /**
   * `notDurable`: the disk has failed, and until everything was written once more nothing is called durable · `replaced`: the
   * store was removed or replaced while it was open, and has to be opened anew · `unreachable`: the store's server does not answer, or
   * goes away.
   */
  readonly reason:
    | "busy"
    | "full"
    | "readOnly"
    | "corrupt"
    | "closed"
    | "notDurable"
    | "replaced"
    | "unreachable"
    | "failed";
  /** For operators: the store's own error message. */
  readonly detail: string;
}
