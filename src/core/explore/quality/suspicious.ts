/** Characters that tell of a text gone wrong on its way. */
export const suspicions = {
  replacement: /\uFFFD/,
  control: /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/,
  /** UTF-8 read as latin-1 or Windows-1252, such as "Ã©" for "é" and "â€™" for an apostrophe. */
  mojibake:
    /[\u00C3\u00C2][\u0080-\u00BF\u0152\u0153\u0160\u0161\u0178\u017D\u017E\u0192\u02C6\u02DC\u2013-\u2026\u20AC\u2122]|\u00E2(?:\u20AC|\u0080)/,
  'private use': /\p{Co}/u,
  'invisible direction mark': /[\u202A-\u202E\u2066-\u2069]/,
} as const satisfies Record<string, RegExp>;
export type Suspicion = keyof typeof suspicions;

const any = new RegExp(
  Object.values(suspicions)
    .map(({ source }) => source)
    .join('|'),
  'u',
);

/** The kinds of suspicious characters in a text. */
export function suspicionsIn(text: string): Suspicion[] {
  if (!any.test(text)) return [];
  return (Object.keys(suspicions) as Suspicion[]).filter((kind) => suspicions[kind].test(text));
}
