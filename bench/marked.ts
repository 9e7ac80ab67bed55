/** Puts a text between two markers of a document. Throws `Error` where they are not there. */
export function fillBetween(document: string, { begin, end }: { begin: string; end: string }, text: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document has lost its markers: ${begin} … ${end}`);
  return `${document.slice(0, from + begin.length)}\n\n${text}\n\n${document.slice(to)}`;
}
