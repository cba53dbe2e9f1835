import type { Json } from "../src/index.ts";
import { errorTypes } from "./error-types.ts";
import { CODE, FOREIGN_ID, OTHER_CODE } from "./messages.ts";

/** A body that a response may have, and its properties. */
export interface Body {
  readonly name: string;
  readonly text: string;
  readonly kind: "nothing" | "noJson" | "noObject" | "object";
  /** Whose id it has. For a response to an advice, the request's own id is another message's. */
  readonly id: "ours" | "request" | "foreign" | "none";
  /** Whose request it says that it is about, as the echo of an advice does. */
  readonly requestId: "ours" | "foreign" | "none";
  readonly errorType?: string;
  /** `otherCode`: a voucher, but not the one that a lookup asks for. */
  readonly voucher: "code" | "otherCode" | "noCode" | "none";
}

const plain = (kind: Body["kind"], name: string, text: string): Body => ({
  name,
  text,
  kind,
  id: "none",
  requestId: "none",
  voucher: "none",
});

const object = (name: string, fields: Json, known: Partial<Body>): Body => ({
  ...plain("object", name, JSON.stringify(fields)),
  ...known,
});

const DEEP = 70;

/** Bodies of a gateway, a crash or a hostile peer instead of Electrum's. */
const strange: readonly Body[] = [
  plain("nothing", "no body", ""),
  plain("nothing", "white space", " \r\n\t"),
  plain("noJson", "HTML", "<html><body>Not here</body></html>"),
  plain("noJson", "half of a JSON object", '{"id":"3f0c'),
  plain("noJson", "JSON that nests too deep", `{"voucher":${"[".repeat(DEEP)}${"]".repeat(DEEP)}}`),
  plain("noObject", "null", "null"),
  plain("noObject", "a list", `[{"id":"x"}]`),
  plain("noObject", "a text", `"${CODE}"`),
  plain("noObject", "a number", "200"),
  plain("noObject", "true", "true"),
];

/** JSON of a gateway, a health page or a queue in front of Electrum: it names nothing. */
const anothers: readonly Body[] = [
  object("{}", {}, {}),
  object("a health page", { status: "UP" }, {}),
  object("a gateway's message", { message: "Not here" }, {}),
  object("a problem of RFC 9457", { type: "about:blank", title: "Forbidden", status: 403 }, {}),
  object("an error type of null, and nothing else", { errorType: null }, {}),
];

/** Objects without an error type: what a success holds, or should hold. */
const successes = (ours: string): readonly Body[] => [
  object("our id", { id: ours }, { id: "ours" }),
  object("our id and a voucher", { id: ours, voucher: { code: CODE } }, { id: "ours", voucher: "code" }),
  object("our id in capitals", { id: ours.toUpperCase(), voucher: { code: CODE } }, { id: "ours", voucher: "code" }),
  object(
    "an error type of null",
    { id: ours, errorType: null, voucher: { code: CODE } },
    { id: "ours", voucher: "code" },
  ),
  object("an error type of 5", { id: ours, errorType: 5, voucher: { code: CODE } }, { id: "ours", voucher: "code" }),
  object(
    "a voucher, over-long",
    { id: ours, voucher: { code: CODE.repeat(99) } },
    { id: "ours", voucher: "otherCode" },
  ),
  object("another voucher", { id: ours, voucher: { code: OTHER_CODE } }, { id: "ours", voucher: "otherCode" }),
  object("a voucher without a code", { id: ours, voucher: { serialNumber: "1" } }, { id: "ours", voucher: "noCode" }),
  object("an empty code", { id: ours, voucher: { code: "" } }, { id: "ours", voucher: "noCode" }),
  object("a code of null", { id: ours, voucher: { code: null } }, { id: "ours", voucher: "noCode" }),
  object("a code of 5", { id: ours, voucher: { code: 5 } }, { id: "ours", voucher: "noCode" }),
  object("a voucher of null", { id: ours, voucher: null }, { id: "ours" }),
  object("a voucher that is a text", { id: ours, voucher: CODE }, { id: "ours" }),
  object("a voucher that is a list", { id: ours, voucher: [CODE] }, { id: "ours" }),
  object("a voucher, and no id", { voucher: { code: CODE } }, { voucher: "code" }),
  object("a voucher, and an id of null", { id: null, voucher: { code: CODE } }, { voucher: "code" }),
  object(
    "a voucher, and a foreign id",
    { id: FOREIGN_ID, voucher: { code: CODE } },
    { id: "foreign", voucher: "code" },
  ),
  object("a voucher, and an id of 5", { id: 5, voucher: { code: CODE } }, { id: "foreign", voucher: "code" }),
];

/** Objects that name the request, as the echo of an advice does, or should do. */
const echoes = (ours: string, request: string): readonly Body[] => {
  const asId = ours === request ? "ours" : "request";
  return [
    object("our request", { requestId: request }, { requestId: "ours" }),
    object("our request, and an id of null", { id: null, requestId: request }, { requestId: "ours" }),
    object("our id and our request", { id: ours, requestId: request }, { id: "ours", requestId: "ours" }),
    object("another's request", { requestId: FOREIGN_ID }, { requestId: "foreign" }),
    object("our id, and another's request", { id: ours, requestId: FOREIGN_ID }, { id: "ours", requestId: "foreign" }),
    object(
      "another's id, and our request",
      { id: FOREIGN_ID, requestId: request },
      { id: "foreign", requestId: "ours" },
    ),
    object("the request's id", { id: request }, { id: asId }),
    object("an approval of the request", { id: request, voucher: { code: CODE } }, { id: asId, voucher: "code" }),
  ];
};

/** An ErrorDetail of each type, about this message, another one, or none. */
const errors = (ours: string, request: string): readonly Body[] =>
  Object.keys(errorTypes).flatMap((errorType) => [
    object(`${errorType}, ours`, { id: ours, errorType, errorMessage: "x" }, { id: "ours", errorType }),
    object(`${errorType}, foreign`, { id: FOREIGN_ID, errorType, errorMessage: "x" }, { id: "foreign", errorType }),
    object(
      `${errorType}, the request's id`,
      { id: request, errorType, errorMessage: "x" },
      { id: ours === request ? "ours" : "request", errorType },
    ),
    object(`${errorType}, no id`, { errorType, errorMessage: "x" }, { errorType }),
    object(`${errorType}, an id of null`, { id: null, errorType, errorMessage: "x" }, { errorType }),
    object(`${errorType}, an id of 5`, { id: 5, errorType, errorMessage: "x" }, { id: "foreign", errorType }),
    object(
      `${errorType}, with a voucher`,
      { id: ours, errorType, voucher: { code: CODE } },
      { id: "ours", errorType, voucher: "code" },
    ),
  ]);

/**
 * Everything that may be answered.
 *
 * @param ours The id of the message that was sent
 * @param request The id of the request that it is, or is about
 */
export const bodiesAbout = (ours: string, request: string): readonly Body[] => [
  ...strange,
  ...anothers,
  ...successes(ours),
  ...echoes(ours, request),
  ...errors(ours, request),
];

/** Every status that a complete response can have. */
export const statuses: readonly number[] = Array.from({ length: 400 }, (_, index) => 200 + index);
