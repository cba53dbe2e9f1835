// The kinds of limits that fields have, each with values within it and beyond it.

/** Valid and invalid values of a message's field, with the fault of the invalid ones. */
export interface Limit {
  readonly fits: readonly unknown[];
  readonly breaks: readonly (readonly [value: unknown, expected: string])[];
}

export const long = (length: number): string => "é".repeat(length);

export const noText: Limit["breaks"] = [
  [5, "must be string"],
  [null, "must be string"],
  [["x"], "must be string"],
];

export const text: Limit = { fits: ["", long(1_000)], breaks: noText };

export const textUpTo = (length: number): Limit => ({
  fits: ["", long(1), long(length)],
  breaks: [...noText, [long(length + 1), `must have at most ${length} characters`]],
});

export const textOfExactly = (length: number): Limit => ({
  fits: [long(length)],
  breaks: [
    ...noText,
    ...["", long(length - 1), long(length + 1)].map(
      (each) => [each, `must have exactly ${length} characters`] as const,
    ),
  ],
});

export const matching = (meaning: string, fits: readonly string[], breaks: readonly string[]): Limit => ({
  fits,
  breaks: [...noText, ...breaks.map((each) => [each, `must be ${meaning}`] as const)],
});

export const oneOf = (...names: readonly string[]): Limit => {
  const expected = `must be (${names.map((name) => `"${name}"`).join(" | ")})`;
  return {
    fits: names,
    breaks: ["", "x", names[0]?.toLowerCase(), 5, null].map((each) => [each, expected] as const),
  };
};

export const yesOrNo: Limit = {
  fits: [true, false],
  breaks: [
    ["true", "must be boolean"],
    [1, "must be boolean"],
  ],
};

export const noNumber: Limit["breaks"] = [
  ["5", "must be number"],
  [null, "must be number"],
  [Number.NaN, "must be number"],
];

export const int32: Limit = {
  fits: [0, -(2 ** 31), 2 ** 31 - 1],
  breaks: [
    ...noNumber,
    ...[0.5, 2 ** 31, -(2 ** 31) - 1, Infinity].map((each) => [each, "must be a whole number of 32 bits"] as const),
  ],
};

export const double: Limit = { fits: [0.5, -1, 1e300], breaks: [...noNumber, [Infinity, "must be a finite number"]] };

export const uuidV4: Limit = matching(
  "a random UUID (version 4), in lower case",
  ["3f0c2b1a-9d8e-4f7a-8b6c-5d4e3f2a1b0c"],
  [
    "3F0C2B1A-9D8E-4F7A-8B6C-5D4E3F2A1B0C",
    "",
    "3f0c2b1a9d8e4f7a8b6c5d4e3f2a1b0c",
    "3f0c2b1a-9d8e-1f7a-8b6c-5d4e3f2a1b0c",
    "3f0c2b1a-9d8e-4f7a-cb6c-5d4e3f2a1b0c",
    "3f0c2b1a-9d8e-4f7a-8b6c-5d4e3f2a1b0",
    "3f0c2b1a-9d8e-4f7a-8b6c-5d4e3f2a1b0cc",
    "x3f0c2b1a-9d8e-4f7a-8b6c-5d4e3f2a1b0c",
    "gf0c2b1a-9d8e-4f7a-8b6c-5d4e3f2a1b0c",
    "{3f0c2b1a-9d8e-4f7a-8b6c-5d4e3f2a1b0c}",
  ],
);

const dateTimeMeaning = "an RFC 3339 date and time, such as 2026-11-21T09:30:00.000Z";
export const dateTime: Limit = {
  fits: [
    "2026-11-21T09:30:00Z",
    "2026-11-21T09:30:00.1Z",
    "2026-11-21T23:59:59.999999+02:00",
    "2026-11-21T09:30:00.123456789Z",
    "2028-02-29T00:00:00-17:59",
    "2028-02-29T00:00:00+18:00",
    "2026-01-31T00:00:00Z",
    "2026-10-31T20:00:00Z",
  ],
  breaks: [
    ...matching(
      dateTimeMeaning,
      [],
      [
        "",
        "2026-11-21",
        "2026-11-21T09:30:00",
        "2026-11-21 09:30:00Z",
        "2026-11-21T09:30Z",
        "2026-11-21T9:30:00Z",
        ..."24:00:00Z 09:60:00Z 09:30:61Z 09:30:60Z 09:30:00z 09:30:00.Z 09:30:00.1234567890Z 09:30:00+18:01 09:30:00-23:59"
          .split(" ")
          .map((time) => `2026-11-21T${time}`),
        "2026-11-21t09:30:00Z",
        "2026-11-21T09:30:00+24:00",
        "2026-11-21T09:30:00+02:60",
        "2026-11-21T09:30:00+0200",
        ...["2026-13-21", "2026-00-21", "2026-11-00", "2026-11-32", "26-11-21", "x2026-11-21"].map(
          (day) => `${day}T09:30:00Z`,
        ),
        "2026-11-21T09:30:00Zx",
      ],
    ).breaks,
    ["2026-02-29T09:30:00Z", "must be a day that exists"],
    ["2026-04-31T09:30:00Z", "must be a day that exists"],
    ["2026-02-30T23:00:00-02:00", "must be a day that exists"],
  ],
};

export const digits = (length: number, meaning: string): Limit =>
  matching(
    meaning,
    ["0".repeat(length), "9".repeat(length)],
    ["", "9".repeat(length - 1), "9".repeat(length + 1), `${"9".repeat(length - 1)}a`, `${"9".repeat(length)}\n`],
  );

export const lengthsOf = (character: string, most: number): readonly string[] => [character, character.repeat(most)];
export const lettersAndDigits = (most: number): Limit =>
  matching(`1 to ${most} letters and digits`, lengthsOf("z", most), ["", "Z".repeat(most + 1), "a b", "a-1"]);

export const characters = (most: number): Limit =>
  matching(`1 to ${most} characters`, [...lengthsOf("é", most), "\n"], ["", long(most + 1)]);

export const twoCapitals: Limit = matching("two capital letters", ["WC"], ["", "W", "WCX", "wc", "W1"]);

export const under = (path: string, limits: Readonly<Record<string, Limit>>): Readonly<Record<string, Limit>> =>
  Object.fromEntries(Object.entries(limits).map(([field, limit]) => [`${path}.${field}`, limit]));
