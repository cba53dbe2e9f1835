import type { HttpResponse, Json } from "../src/index.ts";

export const jsonResponse = (status: number, body: Json): HttpResponse => ({ status, body: JSON.stringify(body) });

export const emptyResponse = (status: number): HttpResponse => ({ status, body: "" });

/** What a gateway or a wrong URL answers. */
export const htmlResponse = (status: number): HttpResponse => ({ status, body: "<html><body>Not here</body></html>" });

/** Electrum's ErrorDetail. Without an id it names no message, as some FORMAT_ERROR bodies do. */
export const errorResponse = (status: number, errorType: string, id?: string): HttpResponse =>
  jsonResponse(status, {
    ...(id === undefined ? {} : { id }),
    errorType,
    errorMessage: "as it was said",
    providerErrorCode: "P1",
    providerErrorMessage: "as the provider said it",
  });
