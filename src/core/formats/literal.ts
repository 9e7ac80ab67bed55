/**
 * JSON, and what passes for it: Python's literals (single quotes, True, None, tuples, sets), NumPy's printed arrays
 * (no commas), NaN and Infinity, commas too many, and lists of bare words (`[a, b]`). Nothing is run.
 */
export type Literal = string | number | boolean | null | Literal[] | { [key: string]: Literal };

/** What strict JSON would have refused. */
export type Leniency = 'python' | 'nan' | 'comma' | 'numpy' | 'bare-words';

interface ParsedLiteral {
  value: Literal;
  forgiven: ReadonlySet<Leniency>;
}

class NoLiteral extends Error {}

const deepest = 200;

/**
 * The value that `text` writes as a whole, or undefined where it is none. Whole numbers beyond 2^53 come as strings, digit
 * by digit as written; so do all numbers with `numbers: 'written'`, and those with leading zeros always.
 */
export function parseLiteral(
  text: string,
  options: { bareWords?: boolean; numbers?: 'value' | 'written' } = {},
): ParsedLiteral | undefined {
  const { bareWords = false, numbers = 'value' } = options;
  return attempt(text, false, numbers) ?? (bareWords ? attempt(text, true, numbers) : undefined);
}

function attempt(text: string, bareWords: boolean, numbers: 'value' | 'written'): ParsedLiteral | undefined {
  const parser = new LiteralParser(text, bareWords, numbers);
  try {
    const value = parser.whole();
    return { value, forgiven: parser.forgiven };
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  }
}

const closers: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };
const words = new Map<string, Literal>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['True', true],
  ['False', false],
  ['None', null],
  ['NaN', null],
  ['nan', null],
  ['Infinity', null],
  ['-Infinity', null],
  ['inf', null],
  ['-inf', null],
]);
const pythonWords = new Set(['True', 'False', 'None']);
const strictWords = new Set(['true', 'false', 'null']);
/** Calls that print as what they hold: `array(['a'], dtype=object)`, `set()`, `OrderedDict({...})`. */
const calls = new Set(['array', 'set', 'frozenset', 'list', 'tuple', 'dict', 'OrderedDict', 'Series', 'np.array']);
const numpyScalar =
  /^(?:np\.|numpy\.)?(?:str_|int8|int16|int32|int64|uint8|uint16|uint32|uint64|float16|float32|float64)$/;
const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d+)?(?![\w.])|-?\.\d+(?![\w.])/y;
const zerosPattern = /-?\d+(?![\w.])/y;
const wordPattern = /-?[A-Za-z_][\w.]*/y;

class LiteralParser {
  readonly forgiven = new Set<Leniency>();
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly bareWords: boolean,
    private readonly numbers: 'value' | 'written',
  ) {}

  whole(): Literal {
    this.space();
    const value = this.value('');
    this.space();
    if (this.at < this.text.length) throw new NoLiteral();
    return value;
  }

  private space(): void {
    while (this.at < this.text.length && this.text.charCodeAt(this.at) <= 32) this.at++;
  }

  /** `end` closes the list that the value stands in. */
  private value(end: string): Literal {
    const c = this.text[this.at];
    if (c === undefined) throw new NoLiteral();
    if (c === '"' || c === "'") return this.string(c);
    if (c === '[' || c === '(') return this.list(c);
    if (c === '{') return this.braces();
    const number = this.number();
    if (number !== undefined) return number;
    const word = this.word(); // null is a value
    return word === undefined ? this.bare(end) : word;
  }

  private string(quote: string): string {
    if (quote === "'") this.forgiven.add('python');
    let out = '';
    let from = ++this.at;
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined) throw new NoLiteral();
      if (c === quote) break;
      if (c === '\\') {
        out += this.text.slice(from, this.at) + this.escape();
        from = this.at;
      } else this.at++;
    }
    out += this.text.slice(from, this.at++);
    return out;
  }

  private escape(): string {
    const c = this.text[this.at + 1];
    const simple = 'n\nt\tr\rb\bf\fv\v0\0';
    const width = c === 'u' ? 4 : c === 'x' ? 2 : c === 'U' ? 8 : 0;
    this.at += 2 + width;
    if (width) {
      const digits = this.text.slice(this.at - width, this.at);
      const code = /^[0-9a-fA-F]+$/.test(digits) && digits.length === width ? parseInt(digits, 16) : NaN;
      if (!(code <= 0x10ffff)) throw new NoLiteral();
      return String.fromCodePoint(code);
    }
    if (c === undefined) throw new NoLiteral();
    const known = simple.indexOf(c);
    return known >= 0 && known % 2 === 0 ? simple[known + 1] : c;
  }

  private list(open: string): Literal[] {
    const close = closers[open];
    if (open === '(') this.forgiven.add('python');
    const values: Literal[] = [];
    this.enter();
    for (;;) {
      this.space();
      if (this.text[this.at] === close) break;
      values.push(this.value(close));
      this.comma(close);
    }
    this.leave();
    return values;
  }

  /** After an element: a comma, the end, or, as NumPy prints, nothing but space. */
  private comma(close: string): void {
    const before = this.at;
    this.space();
    const c = this.text[this.at];
    if (c === close) return;
    if (c === ',') {
      this.at++;
      this.space();
      if (this.text[this.at] === close) this.forgiven.add('comma');
      return;
    }
    if (close !== ']' || this.at === before || c === undefined) throw new NoLiteral();
    this.forgiven.add('numpy');
  }

  /** A dict, or a set. */
  private braces(): Literal {
    this.enter();
    this.space();
    const entries: [string, Literal][] = [];
    const members: Literal[] = [];
    while (this.text[this.at] !== '}') {
      const key = this.value('}');
      this.space();
      if (this.text[this.at] === ':') {
        this.at++;
        this.space();
        entries.push([keyOf(key), this.value('}')]);
      } else members.push(key);
      this.comma('}');
      this.space();
    }
    this.leave();
    if (members.length && entries.length) throw new NoLiteral();
    if (members.length) this.forgiven.add('python');
    return members.length ? members : Object.fromEntries(entries);
  }

  private enter(): void {
    this.at++;
    if (++this.depth > deepest) throw new NoLiteral();
  }

  private leave(): void {
    this.at++;
    this.depth--;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    return found;
  }

  private number(): Literal | undefined {
    const written = this.match(numberPattern);
    const zeros = written === undefined ? this.match(zerosPattern) : undefined;
    const found = written ?? zeros;
    if (found === undefined) return undefined;
    if (this.bareWords && !this.endsHere(this.at + found.length)) return undefined; // "3 doors down" is no 3
    this.at += found.length;
    if (zeros !== undefined || this.numbers === 'written') return found;
    const value = Number(found);
    return /^-?\d+$/.test(found) && !Number.isSafeInteger(value) ? found : value;
  }

  private word(): Literal | undefined {
    const word = this.match(wordPattern);
    if (word === undefined) return undefined;
    const after = this.at + word.length;
    if (this.text[after] === '(' && (calls.has(word) || numpyScalar.test(word))) {
      this.forgiven.add('python');
      this.at = after;
      return this.call(word);
    }
    const value = words.get(word);
    if (value === undefined) return undefined;
    if (this.bareWords && !this.endsHere(after)) return undefined; // "None of these" is no None
    this.at = after;
    if (pythonWords.has(word)) this.forgiven.add('python');
    else if (!strictWords.has(word)) this.forgiven.add('nan');
    return value;
  }

  private endsHere(at: number): boolean {
    const rest = this.text.slice(at, at + 64).trimStart();
    return rest === '' || ',]})'.includes(rest[0]);
  }

  /** What stands in the parentheses; `dtype=object` and its like are passed over. */
  private call(name: string): Literal {
    const close = ')';
    let value: Literal = [];
    this.enter();
    this.space();
    if (this.text[this.at] !== close) value = this.value(close);
    const end = this.text.indexOf(close, this.at);
    if (end < 0 || !/^\s*(?:,\s*\w+\s*=\s*[^()]*)*$/.test(this.text.slice(this.at, end))) throw new NoLiteral();
    this.at = end;
    this.leave();
    return numpyScalar.test(name) || value === null || typeof value === 'object' ? value : [value];
  }

  /** `[a, b c]`: what stands up to the next comma or bracket. */
  private bare(end: string): string {
    if (!this.bareWords || end !== ']') throw new NoLiteral();
    const from = this.at;
    while (this.at < this.text.length && !',[]{}"'.includes(this.text[this.at])) this.at++;
    const word = this.text.slice(from, this.at).trim();
    if (word === '' || (this.text[this.at] !== ',' && this.text[this.at] !== ']')) throw new NoLiteral();
    this.forgiven.add('bare-words');
    return word;
  }
}

function keyOf(key: Literal): string {
  if (key !== null && typeof key === 'object') throw new NoLiteral();
  return String(key);
}
