/**
 * A string that stands by itself. V8 cuts substrings of 13 or more characters as views into the whole text, so keeping
 * such a word, label or id would keep the document it came from.
 */
export function ownString(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}
