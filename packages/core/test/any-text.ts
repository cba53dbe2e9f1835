import fc from "fast-check";

/** Any JavaScript string, including half surrogate pairs. */
export const anyText: fc.Arbitrary<string> = fc
  .array(fc.nat({ max: 0xffff }))
  .map((units) => String.fromCharCode(...units));
