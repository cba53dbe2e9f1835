import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeText, readText, singleUseBody, UNREADABLE } from "./body.ts";

const bytes = fc.uint8Array({ maxLength: 200 });

test("a body's text does not depend on how it is cut into chunks", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        bytes,
        fc.string({ unit: "grapheme" }).map((text) => Buffer.from(text)),
      ),
      fc.integer({ min: 1, max: 7 }),
      async (whole, size) => {
        const pieces = Array.from({ length: Math.ceil(whole.byteLength / size) }, (_, at) =>
          whole.subarray(at * size, (at + 1) * size),
        );

        expect(await readText(ReadableStream.from(pieces), 1_000, null)).toBe(decodeText(whole, null));
      },
    ),
  );
});

test("a body is read up to the bound, and abandoned at the first byte beyond it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(bytes, { maxLength: 10 }), fc.integer({ min: 1, max: 500 }), async (pieces, maxBytes) => {
      const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);

      expect((await readText(ReadableStream.from(pieces), maxBytes, null)) === undefined).toBe(length > maxBytes);
    }),
  );
});

test("given an endless body, when it is abandoned, then its source is cancelled", async () => {
  let stopped = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(100)),
    cancel: () => {
      stopped = true;
    },
  });

  expect(await readText(endless, 1_000, null)).toBeUndefined();
  expect(stopped).toBe(true);
});

test("no body is empty text", async () => {
  expect(await readText(null, 1, null)).toBe("");
});

test("a body that is sent is UTF-8", async () => {
  expect(await readText(singleUseBody('{"name":"Zürich"}'), 18, null)).toBe('{"name":"Zürich"}');
});

test("a body is read in the charset that it declares, and in UTF-8 if it declares none", () => {
  const text = '{"name":"Zürich"}';
  expect(decodeText(Buffer.from(text, "utf8"), null)).toBe(text);
  expect(decodeText(Buffer.from(text, "utf8"), "application/json")).toBe(text);
  expect(decodeText(Buffer.from(text, "latin1"), "application/json; charset=ISO-8859-1")).toBe(text);
  expect(decodeText(Buffer.from(text, "utf16le"), 'application/json; Charset="utf-16le"')).toBe(text);
  expect(decodeText(Buffer.from(`\uFEFF${text}`, "utf8"), null)).toBe(text);
});

test.each([
  ["bytes that are no UTF-8", Buffer.from("Z\u00FCrich", "latin1"), "application/json"],
  ["bytes that are not what they declare to be", Buffer.from("Zürich", "latin1"), "application/json; charset=utf-8"],
  ["a charset that does not exist", Buffer.from("{}"), "application/json; charset=klingon"],
])("%s make the whole body unreadable: a code that is read wrongly is money", (_, body, contentType) => {
  expect(decodeText(body, contentType)).toBe(UNREADABLE);
});
