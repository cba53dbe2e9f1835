import * as fc from "fast-check";
import { expect, test } from "vitest";
import { singleUseBody, readText } from "./body.ts";

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

        expect(await readText(ReadableStream.from(pieces), 1_000)).toBe(new TextDecoder().decode(whole));
      },
    ),
  );
});

test("a body is read up to the bound, and abandoned at the first byte beyond it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(bytes, { maxLength: 10 }), fc.integer({ min: 1, max: 500 }), async (pieces, maxBytes) => {
      const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);

      expect((await readText(ReadableStream.from(pieces), maxBytes)) === undefined).toBe(length > maxBytes);
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

  expect(await readText(endless, 1_000)).toBeUndefined();
  expect(stopped).toBe(true);
});

test("no body is empty text", async () => {
  expect(await readText(null, 1)).toBe("");
});

test("a body that is sent is UTF-8", async () => {
  expect(await readText(singleUseBody('{"name":"Zürich"}'), 18)).toBe('{"name":"Zürich"}');
});
