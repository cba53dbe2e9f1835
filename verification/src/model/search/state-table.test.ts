import fc from "fast-check";
import { expect, test } from "vitest";
import { createStateTable } from "./state-table.ts";

test("every row has one index for ever, and remembers from which row it was first reached", () => {
  const row = fc.array(fc.nat({ max: 40 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 300 }), (rows) => {
      const table = createStateTable(3);
      const places = new Map<string, { readonly place: number; readonly parent: number }>();
      for (const [parent, each] of rows.entries()) {
        const known = places.get(each.join());
        const place = table.add(each, parent);

        expect(place).toBe(known?.place ?? places.size);
        places.set(each.join(), known ?? { place, parent });
      }
      expect(table.size()).toBe(places.size);
      for (const [text, { place, parent }] of places) {
        expect([table.rowAt(place).join(), table.parentOf(place)]).toEqual([text, parent]);
      }
    }),
  );
});

test("it grows beyond its first capacity, and gives -1 for a row that was never added", () => {
  const table = createStateTable(2);
  for (let number = 0; number < 100_000; number += 1) table.add([number, -number], number - 1);

  expect(table.size()).toBe(100_000);
  expect(table.find([77_777, -77_777])).toBe(77_777);
  expect(table.find([77_777, 77_777])).toBe(-1);
});
