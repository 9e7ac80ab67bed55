/** The most that a WebAssembly memory can hold, in bytes. */
export const memoryLimit = 4 * 1024 ** 3;

/** What the kernels and the control of the threads take of it, in bytes. */
export const kernelRoom = 16 * 1024 ** 2;

/** For messages; rounded up, so that what does not fit never reads as if it did. */
export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1048576).toLocaleString('en')} MB`;

/**
 * A string that stands by itself. V8 cuts substrings of 13 or more characters as views into the whole text, so keeping
 * such a word, label or id would keep the document it came from.
 */
export function ownString(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}
