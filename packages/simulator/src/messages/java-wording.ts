// How Electrum's stack words what is wrong with a field: Hibernate Validator for a constraint, Jackson for what cannot be read. A till
// that shows or parses these texts meets the same ones here. The value, which Jackson repeats, is left out: it may be a voucher code.

import type { FormatError, BrokenRule } from "./check.ts";

/** The text of one entry in `formatErrors`. */
export const toJavaWording = ({ msg, brokenRule }: FormatError): string =>
  brokenRule === undefined ? msg : describe(brokenRule);

function describe(brokenRule: BrokenRule): string {
  switch (brokenRule.type) {
    case "missing":
      return "must not be null";
    case "unknownField":
      return "Unrecognized field, not marked as ignorable";
    case "wrongType":
      return `Cannot deserialize value of type \`${brokenRule.wanted}\``;
    case "length":
      return `length must be between ${brokenRule.min} and ${brokenRule.max}`;
    case "pattern":
      return `must match "${brokenRule.pattern}"`;
    case "range":
      return `must be between ${brokenRule.min} and ${brokenRule.max}`;
    case "choice":
      return `not one of the values accepted for Enum class: [${brokenRule.choices.join(", ")}]`;
  }
}
