import type { Answer, Json } from "../src/index.ts";

export const json = (status: number, body: Json): Answer => ({ status, body: JSON.stringify(body) });

export const empty = (status: number): Answer => ({ status, body: "" });

/** What a gateway or a wrong URL answers. */
export const html = (status: number): Answer => ({ status, body: "<html><body>Not here</body></html>" });

/** Electrum's ErrorDetail. Without an id it names no message, as some FORMAT_ERROR bodies do. */
export const errorDetail = (status: number, errorType: string, id?: string): Answer =>
  json(status, {
    ...(id === undefined ? {} : { id }),
    errorType,
    errorMessage: "as it was said",
    providerErrorCode: "P1",
    providerErrorMessage: "as the provider said it",
  });
