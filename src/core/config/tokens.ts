import { createScanner } from 'jsonc-parser';

/** Tokens of jsonc-parser's scanner (its enum is not there at run time). */
export const token = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  colon: 6,
  string: 10,
  lineComment: 12,
  blockComment: 13,
  lineBreak: 14,
  blank: 15,
  unknown: 16,
  eof: 17,
} as const;

export interface Token {
  kind: number;
  start: number;
  end: number;
  /** Of a string its content, else its text. */
  value: string;
}

export const isComment = (kind: number): boolean => kind === token.lineComment || kind === token.blockComment;
/** Comments and what stands between tokens. */
export const isTrivia = (kind: number): boolean => kind >= token.lineComment && kind < token.unknown;

/** The tokens of a text with its comments, from `offset` on; the last one is the end. */
export function* tokensOf(text: string, offset = 0): Generator<Token, void> {
  const scanner = createScanner(text.replace(/^\uFEFF/, ' '), false);
  scanner.setPosition(offset);
  for (;;) {
    const kind: number = scanner.scan();
    if (kind === token.lineBreak || kind === token.blank) continue;
    yield { kind, start: scanner.getTokenOffset(), end: scanner.getPosition(), value: scanner.getTokenValue() };
    if (kind === token.eof) return;
  }
}
