// PostgreSQL's text holds every character but NUL. So a text that holds one is written with an escape: rarely, since what is stored is
// JSON, which writes NUL in another way.

/** A character that is for private use, and begins an escape. */
const ESCAPE = "\uE000";

const SPECIAL = /[\0\uE000]/;

/** A text as a column holds it. */
export const toColumnText = (text: string): string =>
  SPECIAL.test(text) ? text.replaceAll(ESCAPE, `${ESCAPE}1`).replaceAll("\0", `${ESCAPE}0`) : text;

/** What `toColumnText` was given. */
export const fromColumnText = (stored: string): string =>
  stored.includes(ESCAPE) ? stored.replaceAll(`${ESCAPE}0`, "\0").replaceAll(`${ESCAPE}1`, ESCAPE) : stored;

/** An absent text is NULL. */
export const toColumnTextOrNull = (text: string | null | undefined): string | null =>
  text === undefined || text === null ? null : toColumnText(text);

/** Every number that a moment may be, as a column holds it: infinite ones become the furthest. */
export const toColumnInstant = (instant: number): number =>
  Math.min(Math.max(instant, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
