import fc from "fast-check";
import type { Result } from "neverthrow";
import { describe, expect, test, vi } from "vitest";
import { fullProvisionRequest, fullRedemptionRequest, fullVoucherLookup } from "../../test/full-messages.ts";
import type { Limit } from "../../test/limit-kinds.ts";
import {
  amounts,
  encryptedPin,
  hashedPin,
  provisionRequestLimits,
  redemptionRequestLimits,
  tender,
  voucherLookupLimits,
} from "../../test/limits.ts";
import { lookup, provisionRequest, redemptionRequest } from "../../test/messages.ts";
import { leavesOf, objectsOf, withoutValue, withValue } from "../../test/paths.ts";
import type { MessageFault } from "../fault.ts";
import {
  parseAmounts,
  parseProvisionRequest,
  parseRedemptionRequest,
  parseTenders,
  parseVoucherLookup,
} from "./parse.ts";

// Bounded by count, not by time, so that a slow machine does not fail.
vi.setConfig({ testTimeout: 60_000 });

interface Schema {
  readonly parse: (input: unknown) => Result<unknown, readonly MessageFault[]>;
  /** A message with every field. */
  readonly full: unknown;
  /** A message with the required fields only. */
  readonly least: unknown;
  readonly limits: Readonly<Record<string, Limit>>;
}

const at = (path: string, limits: Readonly<Record<string, Limit>>): Readonly<Record<string, Limit>> =>
  Object.fromEntries(Object.entries(limits).map(([field, limit]) => [`${path}.${field}`, limit]));

/** A provision whose voucher has another kind of pin. */
const withPin = (pin: object, limits: Readonly<Record<string, Limit>>): Schema => {
  const { "voucher.pin.pin": _, ...others } = provisionRequestLimits;
  return {
    parse: parseProvisionRequest,
    full: withValue(fullProvisionRequest, "voucher.pin", pin),
    least: provisionRequest,
    limits: { ...others, ...at("voucher.pin", limits) },
  };
};

const schemas: Readonly<Record<string, Schema>> = {
  provisionVoucher: {
    parse: parseProvisionRequest,
    full: fullProvisionRequest,
    least: withoutValue(provisionRequest, "amounts"),
    limits: provisionRequestLimits,
  },
  "provisionVoucher, encrypted pin": withPin(
    {
      type: "ENCRYPTED_PIN",
      pinBlock: "0123456789ABCDEF",
      encryptionParameters: { accountNumber: "123456789012", pinBlockFormat: "ISO_9564_FORMAT_0", keyIndex: 1 },
    },
    encryptedPin,
  ),
  "provisionVoucher, hashed pin": withPin(
    { type: "HASHED_PIN", hash: "0A", hashedPinParameters: { name: "SHA-256" } },
    hashedPin,
  ),
  redeemVoucher: {
    parse: parseRedemptionRequest,
    full: fullRedemptionRequest,
    least: withoutValue(redemptionRequest, "amounts"),
    limits: redemptionRequestLimits,
  },
  lookupVoucher: { parse: parseVoucherLookup, full: fullVoucherLookup, least: lookup, limits: voucherLookupLimits },
  "the tenders of a confirmation": {
    parse: parseTenders,
    full: fullProvisionRequest.tenders,
    least: [],
    limits: at("0", tender),
  },
  "the amounts of a confirmation": {
    parse: parseAmounts,
    full: fullProvisionRequest.amounts,
    least: {},
    limits: amounts,
  },
};

/** The required fields of each kind of object. `additionalAmounts` may have any names. */
const required: readonly (readonly [object: RegExp, fields: readonly string[]])[] = [
  [/^$/, ["id", "time", "originator", "client", "thirdPartyIdentifiers"]],
  [/^originator$/, ["institution", "terminalId", "merchant"]],
  [/^originator\.merchant$/, ["merchantType", "merchantId", "merchantName"]],
  [/^originator\.merchant\.merchantName$/, ["name", "city", "region", "country"]],
  [/(^|\.)(institution|client|settlementEntity|receiver)$/, ["id", "name"]],
  [/^thirdPartyIdentifiers\.0$/, ["institutionId", "transactionIdentifier"]],
  [/^slipData\.messageLines\.0$/, ["text"]],
  [/^slipData\.messageLines\.0\.barcode$/, ["data", "encoding"]],
  [/^posInfo\.entryMode$/, ["panEntryMode", "pinEntryCapability"]],
  [/(^|\.)(\w+Amount|amount|additionalAmounts\.tip)$/, ["amount", "currency"]],
  [/^(tenders\.)?0$/, ["amount", "tenderType"]],
  [/^product$/, ["productId"]],
  [/\.pin$/, ["type", "pin", "pinBlock", "hash"]],
  [/\.encryptionParameters$/, ["accountNumber"]],
  [/\.hashedPinParameters$/, ["name"]],
];

/** Electrum publishes no schema of what is in these. */
const isOpen = (path: string): boolean => /(^|\.)(additionalFields|channelProductListings\.0)(\.|$)/.test(path);

const isRequired = (schema: string, object: string, field: string): boolean => {
  if (schema === "lookupVoucher" || (schema.startsWith("the amounts") && object === "")) return false;
  if (schema === "redeemVoucher" && (object === "voucher" ? field === "code" : object === "" && field === "voucher")) {
    return true;
  }
  return required.some(([pattern, fields]) => pattern.test(object) && fields.includes(field));
};

const faultsOf = (schema: Schema, message: unknown): readonly MessageFault[] =>
  schema.parse(message).match(
    () => [],
    (faults) => faults,
  );

const join = (path: string, field: string): string => (path === "" ? field : `${path}.${field}`);

describe.each(Object.entries(schemas))("messages to send are validated strictly: %s", (name, schema) => {
  const { parse, full, least, limits } = schema;

  test("the message with every field and the one with the required fields only pass, unchanged", () => {
    expect(parse(full)._unsafeUnwrap()).toEqual(full);
    expect(parse(least)._unsafeUnwrap()).toEqual(least);
  });

  test("every field has its limits", () => {
    expect(Object.keys(limits).toSorted()).toEqual(
      leavesOf(full)
        .filter((path) => !path.endsWith("pin.type") && !isOpen(path))
        .toSorted(),
    );
  });

  test.each(Object.keys(limits))("%s, within its limits and beyond them", (path) => {
    const limit = limits[path];
    for (const value of limit?.fits ?? []) expect(faultsOf(schema, withValue(full, path, value))).toEqual([]);
    for (const [value, expected] of limit?.breaks ?? []) {
      expect({ value, faults: faultsOf(schema, withValue(full, path, value)) }).toEqual({
        value,
        faults: [{ path, expected }],
      });
    }
  });

  test("required fields cannot be left out, all others can", () => {
    for (const object of objectsOf(full)) {
      for (const field of fieldsOf(full, object)) {
        const path = join(object, field);
        const isMissed = isRequired(name, object, field);
        expect({ path, faults: faultsOf(schema, withoutValue(full, path)) }).toEqual({
          path,
          faults: isMissed ? [{ path, expected: "is required" }] : [],
        });
      }
    }
  });

  test("no object may have a field that Electrum does not know", () => {
    for (const object of objectsOf(full).filter((path) => !path.endsWith("additionalAmounts") && !isOpen(path))) {
      const path = join(object, "unknownField");
      expect(faultsOf(schema, withValue(full, path, "x"))).toEqual([{ path, expected: "is not a known field" }]);
    }
  });

  test("a value that is no message is refused as a whole", () => {
    for (const none of [null, undefined, "text", 5, true]) {
      expect(faultsOf(schema, none)).toEqual([
        { path: "", expected: expect.stringMatching(/^must be |^is required$/) },
      ]);
    }
  });

  test("a fault names its place, and never repeats the value there", () => {
    const places = fc.constantFrom(...leavesOf(full), ...objectsOf(full));
    const secrets = fc.constantFrom<unknown>(
      SECRET,
      Number(SECRET_DIGITS),
      [SECRET],
      { code: SECRET },
      `${SECRET}${"x".repeat(600)}`,
      `2026-02-30T00:00:00Z${SECRET}`,
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(places, secrets), { minLength: 1, maxLength: 4 }), (planted) => {
        const message = planted.reduce<unknown>((current, [path, secret]) => plant(current, path, secret), full);
        const faults = JSON.stringify(faultsOf(schema, message));
        expect(faults).not.toContain(SECRET);
        expect(faults).not.toContain(SECRET_DIGITS);
      }),
    );
  });
});

const SECRET = "kX7-secret-code";
const SECRET_DIGITS = "4411992087655331";

const plant = (message: unknown, path: string, secret: unknown): unknown =>
  path === "" ? secret : withValue(message, path, secret);

const fieldsOf = (message: unknown, path: string): readonly string[] => {
  const places = [...leavesOf(message), ...objectsOf(message)].filter((each) => each !== path);
  const below = places.filter((each) => path === "" || each.startsWith(`${path}.`));
  const fields = below.map((each) => each.slice(path === "" ? 0 : path.length + 1).split(".")[0] ?? "");
  return [...new Set(fields)].filter((field) => field !== "");
};

describe("a lookup names its voucher", () => {
  const expected = "must name the voucher by voucherCode, provisionRequestId or voucherSerialNumber";

  test.each([
    ["nothing", {}],
    ["hints for the routing alone", { receiverInstId: "30", settlementEntityInstId: "20" }],
    ["an empty code", { voucherCode: "" }],
    ["an empty code and an empty number", { voucherCode: "", voucherSerialNumber: "" }],
  ])("not by %s", (_, asked) => {
    expect(parseVoucherLookup(asked)._unsafeUnwrapErr()).toEqual([{ path: "", expected }]);
  });

  test.each([
    ["its code", { voucherCode: "1" }],
    ["its provision", { provisionRequestId: provisionRequest.id }],
    ["its serial number", { voucherCode: "", voucherSerialNumber: "1" }],
  ])("by %s", (_, asked) => {
    expect(parseVoucherLookup(asked)._unsafeUnwrap()).toEqual(asked);
  });
});

test("every fault of a message is reported at once", () => {
  const broken = withValue(
    withValue(withoutValue(fullProvisionRequest, "client"), "id", "x"),
    "tenders.0.amount.currency",
    "R",
  );
  expect(
    parseProvisionRequest(broken)
      ._unsafeUnwrapErr()
      .map(({ path }) => path),
  ).toEqual(["id", "client", "tenders.0.amount.currency"]);
});

test("a pin of an unknown type is refused", () => {
  const broken = withValue(fullProvisionRequest, "voucher.pin.type", "SECRET_PIN");
  expect(parseProvisionRequest(broken)._unsafeUnwrapErr()).toEqual([
    { path: "voucher.pin.type", expected: 'must be ("CLEAR_PIN" | "ENCRYPTED_PIN" | "HASHED_PIN")' },
  ]);
});
