/** One message as an HTTP request. */
export interface TransportRequest {
  readonly method: "GET" | "POST";
  /** The absolute URL. A lookup's holds the voucher code: never log it. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body; absent if the message has none. */
  readonly json?: string;
  /** Aborts the exchange at any point, and drops its connection. */
  readonly signal: AbortSignal;
}

/** A complete HTTP response. */
export interface TransportResponse {
  readonly status: number;
  /** As text; `undefined` if it has more bytes than the adapter accepts. */
  readonly body: string | undefined;
  /** The header `Retry-After`. */
  readonly retryAfter: string | null;
}

/**
 * Sends a message to Electrum and receives the response: each message once, on connections that are kept for later ones. It follows
 * no redirect, classifies nothing, and has no time limit but its signal.
 */
export interface Transport {
  /** Rejects if there is no complete response. */
  send(request: TransportRequest): Promise<TransportResponse>;
  /** Ends idle connections. Nothing is sent after this. */
  close(): void;
}
