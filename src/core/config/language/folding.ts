import { ConfigText } from '../configText.ts';
import { isComment, token, tokensOf } from '../tokens.ts';

/** Lines that can be folded away, both included, counted from 0. */
export interface FoldingLines {
  start: number;
  end: number;
  isComment: boolean;
}

/** Objects and lists without their closing bracket's line, block comments, and line comments that follow each other. */
export function foldingOf(text: string): FoldingLines[] {
  const source = new ConfigText(text);
  const folds: FoldingLines[] = [];
  const open: number[] = [];
  let comments: FoldingLines | undefined;
  for (const { kind, start, end } of tokensOf(text)) {
    const line = source.position(start).line;
    const lastLine = source.position(end).line;
    if (kind === token.openBrace || kind === token.openBracket) open.push(line);
    else if (kind === token.closeBrace || kind === token.closeBracket) {
      const first = open.pop();
      if (first !== undefined) folds.push({ start: first, end: line - 1, isComment: false });
    }
    const isWholeLine =
      text
        .slice(0, start)
        .split(/[\r\n]/)
        .at(-1)
        ?.trim() === '';
    if (!isComment(kind)) continue;
    if (comments && isWholeLine && line === comments.end + 1) comments.end = lastLine;
    else {
      const fold = { start: line, end: lastLine, isComment: true };
      folds.push(fold);
      comments = isWholeLine ? fold : undefined;
    }
  }
  return folds.filter((fold) => fold.end > fold.start).sort((a, b) => a.start - b.start);
}
