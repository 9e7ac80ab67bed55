import type { Lines, Position, PositionMap } from './positionMap.ts';
import { plainText } from './positionMap.ts';

/** Lines that a paragraph may have before and behind the one asked for. */
const farthest = 500;

/** Lines of Markdown that no paragraph goes over: headings, rules, fences, table rows' borders. */
const markdownBorder = /^\s{0,3}(#{1,6}(\s|$)|([-*_]\s*){3,}$|```|~~~|=+\s*$|-+\s*$)/;
const listItem = /^\s*([-*+]|\d{1,9}[.)])\s/;

/** The lines about a position that no blank line parts; in Markdown a heading or list item stands for itself. undefined on a blank line. */
export function paragraphAt(lines: Lines, { line }: Position, isMarkdown: boolean): PositionMap | undefined {
  const isBorder = (i: number): boolean =>
    lines.at(i).trim() === '' || (isMarkdown && markdownBorder.test(lines.at(i)));
  const isItem = (i: number): boolean => isMarkdown && listItem.test(lines.at(i));
  if (lines.at(line).trim() === '') return undefined;
  let [first, last] = [line, line];
  if (!isBorder(line)) {
    while (first > 0 && line - first < farthest && !isItem(first) && !isBorder(first - 1)) first--;
    while (last < lines.count - 1 && last - line < farthest && !isItem(last + 1) && !isBorder(last + 1)) last++;
  }
  const start = { line: first, character: 0 };
  return plainText(lines, { start, end: { line: last, character: lines.at(last).length } });
}
