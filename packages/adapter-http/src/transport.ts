/** One message as it goes out. */
export interface TransportRequest {
  readonly method: "GET" | "POST";
  /** A lookup's holds the voucher code. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body; a message without one has none. */
  readonly json?: string;
  /** Ends the exchange, wherever it is, and drops its connection. */
  readonly signal: AbortSignal;
}

/** A complete answer, as it came. */
export interface TransportResponse {
  readonly status: number;
  /** As text; absent where it has more bytes than are taken. */
  readonly body: string | undefined;
  /** The header `Retry-After`. */
  readonly retryAfter: string | null;
}

/**
 * Carries a message to Electrum and its answer back: each message once, on a connection that is kept for the next; no redirect
 * is followed. It decides nothing, and knows no time but its signal's.
 */
export interface Transport {
  /** Rejects where there is no complete answer. */
  send(sending: TransportRequest): Promise<TransportResponse>;
  /** Nothing more is sent. */
  close(): void;
}
