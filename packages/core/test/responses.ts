import type { HttpResponse, Json } from "../src/index.ts";

export const jsonResponse = (status: number, body: Json): HttpResponse => ({ status, body: JSON.stringify(body) });

export const emptyResponse = (status: number): HttpResponse => ({ status, body: "" });

/** The response of a gateway or a wrong URL. */
export const htmlResponse = (status: number): HttpResponse => ({ status, body: "<html><body>Not here</body></html>" });

/** Electrum's ErrorDetail. It may have no id, as some FORMAT_ERROR bodies have none. */
export const errorResponse = (status: number, errorType: string, id?: string): HttpResponse =>
  jsonResponse(status, {
    ...(id === undefined ? {} : { id }),
    errorType,
    errorMessage: "as it was said",
    providerErrorCode: "P1",
    providerErrorMessage: "as the provider said it",
  });
