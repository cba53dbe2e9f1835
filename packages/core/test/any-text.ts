import fc from "fast-check";

/** Any text that JavaScript can hold, halves of characters among it. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.nat({ max: 0xffff }))
  .map((units) => String.fromCharCode(...units));
