/** Where the characters of a document's text stand in its file: through escapes, quotes and fields that are joined. */

/** A place in a file as editors count: both from 0, `character` in UTF-16 units. */
export interface Position {
  line: number;
  character: number;
}

/** `end` is exclusive. */
export interface Range {
  start: Position;
  end: Position;
}

/** The lines of an open file, without their ends; only those asked for are read. */
export interface Lines {
  readonly count: number;
  at(line: number): string;
  readonly end: '\n' | '\r\n';
}

/** A stretch of the text and the stretch of source that stands for it: unit by unit where the lengths are equal, else as a whole. */
interface Piece {
  text: number;
  length: number;
  from: number;
  to: number;
}

/** Whole lines of a file as one string, and back from its offsets to positions. */
export class Source {
  readonly raw: string;
  private readonly starts: number[] = [];

  /** @param last inclusive */
  constructor(
    { at, end }: Lines,
    private readonly first: number,
    last: number,
  ) {
    const lines: string[] = [];
    let offset = 0;
    for (let i = first; i <= last; i++) {
      const line = at(i);
      lines.push(line);
      this.starts.push(offset);
      offset += line.length + end.length;
    }
    this.raw = Buffer.from(lines.join(end)).toString(); // halves of surrogate pairs as the disk would give them back
  }

  offsetOf({ line, character }: Position): number {
    return this.starts[line - this.first] + character;
  }

  positionOf(offset: number): Position {
    const line = lastAtMost(this.starts.length, (i) => this.starts[i] <= offset);
    return { line: this.first + line, character: offset - this.starts[line] };
  }
}

/** Builds a text out of stretches of its source, from left to right. */
export class MapBuilder {
  private readonly parts: string[] = [];
  private readonly pieces: Piece[] = [];
  private length = 0;

  constructor(private readonly source: Source) {}

  get raw(): string {
    return this.source.raw;
  }

  /** The source from `from` to `to` as it stands there, or `text` in its place. */
  add(from: number, to: number, text = this.raw.slice(from, to)): void {
    if (text === '') return;
    this.pieces.push({ text: this.length, length: text.length, from, to });
    this.put(text);
  }

  /** Text that nothing in the source stands for, such as the line end between joined fields. */
  put(text: string): void {
    this.parts.push(text);
    this.length += text.length;
  }

  build(): PositionMap {
    return new PositionMap(this.parts.join(''), this.pieces, this.source);
  }
}

export class PositionMap {
  constructor(
    readonly text: string,
    private readonly pieces: readonly Piece[],
    private readonly source: Source,
  ) {}

  /** Where the text from `start` to `end` stands: in file order of the text's pieces, adjoining ones as one. */
  toSource(start: number, end: number): Range[] {
    const found: { from: number; to: number }[] = [];
    const first = lastAtMost(this.pieces.length, (i) => this.pieces[i].text <= start);
    for (let i = Math.max(0, first); i < this.pieces.length && this.pieces[i].text < end; i++) {
      const { from, to } = clip(this.pieces[i], start, end);
      const last = found.at(-1);
      if (from === to) continue;
      if (last?.to === from) last.to = to;
      else found.push({ from, to });
    }
    return found.map(({ from, to }) => ({ start: this.source.positionOf(from), end: this.source.positionOf(to) }));
  }

  /** The part of the text that a range of the source holds, escapes as a whole; undefined where it holds none. */
  toText({ start, end }: Range): { start: number; end: number } | undefined {
    const [from, to] = [this.source.offsetOf(start), this.source.offsetOf(end)];
    let found: { start: number; end: number } | undefined;
    for (const piece of this.pieces) {
      if (piece.to <= from || piece.from >= to) continue;
      const isExact = piece.to - piece.from === piece.length;
      const first = piece.text + (isExact ? Math.max(0, from - piece.from) : 0);
      const last = piece.text + (isExact ? Math.min(piece.length, to - piece.from) : piece.length);
      found = { start: Math.min(first, found?.start ?? first), end: Math.max(last, found?.end ?? last) };
    }
    return found;
  }

  /** The same for a part of the text. */
  slice(start: number, end: number): PositionMap {
    const pieces = this.pieces
      .filter((piece) => piece.text < end && piece.text + piece.length > start)
      .map((piece) => {
        const text = Math.max(start, piece.text);
        const length = Math.min(end, piece.text + piece.length) - text;
        return { text: text - start, length, ...clip(piece, start, end) };
      });
    return new PositionMap(this.text.slice(start, end), pieces, this.source);
  }
}

/** The source of the part of a piece that lies between two offsets of the text. */
function clip({ text, length, from, to }: Piece, start: number, end: number): { from: number; to: number } {
  if (start >= text + length || end <= text) return { from, to: from };
  if (to - from !== length) return { from, to };
  return { from: from + Math.max(0, start - text), to: from + Math.min(length, end - text) };
}

/** The last of n indices for which `holds`, which is true up to some index and false after it; -1 where it never is. */
function lastAtMost(n: number, holds: (i: number) => boolean): number {
  let [low, high] = [0, n];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A range of a file's lines as it stands there. */
export function plainText(lines: Lines, { start, end }: Range): PositionMap {
  const source = new Source(lines, start.line, end.line);
  const builder = new MapBuilder(source);
  builder.add(source.offsetOf(start), source.offsetOf(end));
  return builder.build();
}
