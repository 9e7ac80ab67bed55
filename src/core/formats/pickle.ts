/**
 * Reads Python pickles, protocols 0 to 5, of Python 2 and 3, without running anything: a pickle is a program for a small
 * stack machine (CPython's Lib/pickletools.py describes it), and the only things that this one can be made to call are the
 * constructors that it is given.
 */
import { UserError } from '../base/errors.ts';
import { BadPickle, PyCallable, constructors, type Constructors } from './pickleConstructors.ts';
import {
  PyArray,
  PyBytes,
  PyDType,
  PyDict,
  PyObject,
  PySet,
  PyText,
  mostEntries,
  type PyKey,
  type PyValue,
} from './pythonValues.ts';

interface PickleOptions {
  /** For messages. */
  file: string;
  /** Offset of the pickle in `bytes`. */
  start?: number;
  /** What it may call besides Python's containers and NumPy. */
  constructors?: Constructors;
  /** The object of a persistent id; without it such ids are refused. */
  persistent?: (id: PyValue) => PyValue;
  /** Default 100. */
  deepest?: number;
}

const mostDepth = 100;
/** V8 ends a process whose arrays or maps grow beyond what it can hold. */
const mostItems = 1 << 25;
/** Bytes of an integer, characters of a global's name. */
const longest = 1024;
/** Memory that a pickle may take besides its own bytes: so much, and so much for each of its bytes. */
const freeBytes = 1 << 25;
const bytesPerByte = 16;

/** @returns the value, and the offset of the first byte behind the pickle. Throws `UserError`. */
export function readPickle(bytes: Buffer, options: PickleOptions): { value: PyValue; end: number } {
  const machine = new Machine(bytes, options);
  try {
    return { value: machine.run(), end: machine.position };
  } catch (error) {
    const place = { file: options.file, byte: machine.operation };
    if (error instanceof RefusedPickle)
      throw new UserError(
        'refused-pickle',
        error.message,
        'Only plain data is read: no code in a pickle is run.',
        place,
      );
    if (!(error instanceof BadPickle)) throw error;
    throw new UserError('damaged-pickle', error.message, 'Write the file again, or name another.', place);
  }
}

class RefusedPickle extends Error {}

const mark = Symbol('mark');
type Item = PyValue | typeof mark;

class Machine {
  /** Offset of the next byte, and of the operation that is being done. */
  position: number;
  operation: number;
  private readonly stack: Item[] = [];
  private readonly marks: number[] = [];
  private readonly memo: PyValue[] = [];
  private readonly sparseMemo = new Map<number, PyValue>();
  /** Of containers that hold containers. */
  private readonly depths = new Map<PyValue, number>();
  private readonly allowed: Constructors;
  private left: number;

  constructor(
    private readonly bytes: Buffer,
    private readonly options: PickleOptions,
  ) {
    this.position = this.operation = options.start ?? 0;
    this.left = freeBytes + bytesPerByte * (bytes.length - this.position);
    this.allowed = { ...constructors, ...options.constructors };
  }

  run(): PyValue {
    for (;;) {
      this.operation = this.position;
      const code = this.take(1)[0];
      if (code === 0x2e) return this.pop(); // STOP
      const act = operations[code];
      if (!act) throw new BadPickle(`Byte 0x${code.toString(16).padStart(2, '0')} is no operation of a pickle`);
      act(this);
    }
  }

  // The program

  take(length: number): Buffer {
    const end = this.position + length;
    if (!(end <= this.bytes.length)) throw new BadPickle('The pickle breaks off');
    const part = this.bytes.subarray(this.position, end);
    this.position = end;
    return part;
  }

  /** A length of 1, 4 or 8 bytes; what does not fit into the file is reported when it is taken. */
  length(size: 1 | 4 | 8): number {
    const part = this.take(size);
    return size === 1 ? part[0] : size === 4 ? part.readUInt32LE() : Number(part.readBigUInt64LE());
  }

  line(): string {
    const end = this.bytes.indexOf(10, this.position);
    if (end < 0) throw new BadPickle('The pickle breaks off');
    const text = this.take(end - this.position).toString('latin1');
    this.position++;
    return text;
  }

  text(length: number): PyText {
    const start = this.position;
    this.take(length);
    return new PyText(this.bytes, start, this.position);
  }

  data(length: number): PyBytes {
    const start = this.position;
    this.take(length);
    return new PyBytes(this.bytes, start, this.position);
  }

  // The stack

  push(value: Item, cost = 48): void {
    this.spend(cost);
    if (this.stack.length >= mostItems) throw new BadPickle('The pickle holds too many things at once');
    this.stack.push(value);
  }

  pop(): PyValue {
    const value = this.stack.length > (this.marks.at(-1) ?? -1) + 1 ? this.stack.pop() : undefined;
    if (value === undefined || value === mark) throw new BadPickle('An operation finds nothing to work on');
    return value;
  }

  top(): PyValue {
    const value = this.pop();
    this.stack.push(value);
    return value;
  }

  mark(): void {
    if (this.marks.length >= (this.options.deepest ?? mostDepth) * 2) throw this.tooDeep();
    this.push(mark);
    this.marks.push(this.stack.length - 1);
  }

  /** What is above the last mark; the mark goes. */
  popMark(): PyValue[] {
    const at = this.marks.pop();
    if (at === undefined) throw new BadPickle('An operation finds no mark');
    const values = this.stack.splice(at);
    values.shift();
    return values as PyValue[];
  }

  /** POP takes a mark, too. */
  discard(): void {
    if (this.marks.length && this.marks.at(-1) === this.stack.length - 1) {
      this.stack.pop();
      this.marks.pop();
    } else this.pop();
  }

  // The memo

  remember(id: number): void {
    const value = this.top();
    this.spend(16);
    if (id < this.memo.length) this.memo[id] = value;
    else if (id === this.memo.length && id < mostItems) this.memo.push(value);
    else if (this.sparseMemo.size < mostEntries) this.sparseMemo.set(id, value);
    else throw new BadPickle('The pickle remembers too many things');
  }

  memoize(): void {
    this.remember(this.memo.length + this.sparseMemo.size);
  }

  recall(id: number): void {
    const value = id < this.memo.length ? this.memo[id] : this.sparseMemo.get(id);
    if (value === undefined) throw new BadPickle(`Nothing is remembered as ${id}`);
    this.push(value, 8);
  }

  // Values

  list(items: PyValue[]): PyValue[] {
    this.spend(48 + 8 * items.length);
    for (const item of items) this.deepen(items, item);
    return items;
  }

  append(items: readonly PyValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw new BadPickle('Items are appended to what is no list');
    if (list.length + items.length > mostItems) throw new BadPickle('A list is too long');
    this.spend(8 * items.length);
    for (const item of items) {
      this.deepen(list, item);
      list.push(item);
    }
  }

  /** @param pairs keys and values in turn */
  set(pairs: readonly PyValue[]): void {
    const dict = this.top();
    if (!(dict instanceof PyDict) || pairs.length % 2)
      throw new BadPickle('Keys and values are put into what is no dict');
    this.put(dict, pairs);
  }

  put(dict: PyDict, pairs: readonly PyValue[]): PyDict {
    this.spend(32 * pairs.length);
    for (let i = 0; i < pairs.length; i += 2) {
      const [key, value] = [pairs[i], pairs[i + 1]];
      if (key instanceof PyText) this.spend(2 * key.length);
      if (dict.size >= mostEntries) throw new BadPickle('A dict is too large');
      this.deepen(dict, value);
      dict.set((key instanceof PyText ? key.toString() : key) as PyKey, value);
    }
    return dict;
  }

  add(members: readonly PyValue[]): void {
    const set = this.top();
    if (!(set instanceof PySet)) throw new BadPickle('Members are added to what is no set');
    this.spend(8 * members.length);
    for (const member of members) {
      this.deepen(set, member);
      set.members.push(member);
    }
  }

  private deepen(parent: PyValue, child: PyValue): void {
    if (!(Array.isArray(child) || child instanceof PyDict || child instanceof PySet)) return;
    const depth = (this.depths.get(child) ?? 1) + 1;
    if (depth > (this.options.deepest ?? mostDepth)) throw this.tooDeep();
    if (depth <= (this.depths.get(parent) ?? 1)) return;
    if (this.depths.size >= mostEntries * 2 - 1) throw new BadPickle('The pickle holds too many lists and dicts');
    this.depths.set(parent, depth);
  }

  private tooDeep(): RefusedPickle {
    return new RefusedPickle(
      `Lists and dicts lie within each other more than ${this.options.deepest ?? mostDepth} deep`,
    );
  }

  // Calls

  global(module: string, name: string): PyCallable {
    const construct = Object.hasOwn(this.allowed, `${module} ${name}`) && this.allowed[`${module} ${name}`];
    if (construct) return new PyCallable(`${module}.${name}`, construct);
    const shown = `${module}.${name}`.slice(0, 200).replace(/[^\x20-\x7e]/g, '?');
    throw new RefusedPickle(`The pickle wants to call ${shown}, which is not allowed`);
  }

  call(callable: PyValue, args: PyValue): PyValue {
    if (!(callable instanceof PyCallable)) throw new BadPickle('What is called cannot be called');
    if (!Array.isArray(args)) throw new BadPickle('The arguments of a call are no tuple');
    this.spend(64);
    const value = callable.construct(args, (bytes) => this.spend(bytes));
    if (value instanceof PyDict || value instanceof PySet)
      for (const inner of value instanceof PyDict ? value.values() : value.members) this.deepen(value, inner);
    return value;
  }

  /** State that the object was pickled with. That of an OrderedDict (its attributes) is no data. */
  build(): void {
    const state = this.pop();
    const target = this.top();
    if (target instanceof PyDict) return;
    if (!(target instanceof PyArray || target instanceof PyDType || target instanceof PyObject) || !target.setState)
      throw new BadPickle('State is set on what has none');
    target.setState(state);
  }

  persistent(id: PyValue): void {
    if (!this.options.persistent)
      throw new RefusedPickle('The pickle refers to things outside of it (a persistent id)');
    this.push(this.options.persistent(id));
  }

  private spend(bytes: number): void {
    this.left -= bytes;
    if (this.left < 0) throw new RefusedPickle('The pickle would take far more memory than its size warrants');
  }
}

/** Text of a number in an old pickle. */
function wholeNumber(text: string): number | bigint {
  const digits = text.trim();
  if (digits.length > longest || !/^[+-]?\d+$/.test(digits)) throw new BadPickle('This is no whole number');
  return narrow(BigInt(digits));
}

const narrow = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;

/** Little-endian two's complement. */
function longInteger(bytes: Buffer): number | bigint {
  if (bytes.length > longest) throw new BadPickle('A whole number is too long');
  if (bytes.length === 0) return 0;
  const value = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
  return narrow(bytes[bytes.length - 1] & 0x80 ? value - (1n << BigInt(8 * bytes.length)) : value);
}

function oldInteger(line: string): PyValue {
  return line === '01' ? true : line === '00' ? false : wholeNumber(line);
}

function oldFloat(line: string): number {
  const text = line.trim().toLowerCase();
  const named = { nan: NaN, inf: Infinity, '-inf': -Infinity }[text];
  const value = named ?? (/^[+-]?[\d.]+(e[+-]?\d+)?$/.test(text) ? Number(text) : undefined);
  if (value === undefined || (Number.isNaN(value) && text !== 'nan')) throw new BadPickle('This is no number');
  return value;
}

/** A string in quotes with Python 2's escapes; stands for bytes. */
function quoted(line: string): PyText {
  const text = line.trim();
  if (text.length < 2 || !/^(['"]).*\1$/s.test(text)) throw new BadPickle('A string is not in quotes');
  const unescaped = text.slice(1, -1).replace(/\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([^]))/g, (_, hex, octal, plain) => {
    if (hex) return String.fromCharCode(parseInt(hex as string, 16));
    if (octal) return String.fromCharCode(parseInt(octal as string, 8) & 255);
    return escapes[plain as string] ?? `\\${plain as string}`;
  });
  return whole(Buffer.from(unescaped, 'latin1'));
}
const escapes: Record<string, string> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** Protocol 0's Unicode: Latin-1 with \uXXXX and \UXXXXXXXX. */
function rawUnicode(line: string): PyText {
  const text = line.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short: string, long: string) => {
    const code = parseInt(short ?? long, 16);
    if (code > 0x10ffff) throw new BadPickle('This is no character');
    return String.fromCodePoint(code);
  });
  return whole(Buffer.from(text, 'utf8'));
}

const whole = (bytes: Buffer): PyText => new PyText(bytes, 0, bytes.length);

function memoId(line: string): number {
  if (!/^\d{1,10}$/.test(line)) throw new BadPickle('This is no number of a remembered thing');
  return Number(line);
}

function nonNegative(bytes: Buffer): number {
  const value = bytes.readInt32LE();
  if (value < 0) throw new BadPickle('A length is negative');
  return value;
}

function stackGlobal(m: Machine): void {
  const [name, module] = [m.pop(), m.pop()];
  if (!(name instanceof PyText) || !(module instanceof PyText)) throw new BadPickle('A global has no name');
  if (name.length > longest || module.length > longest) throw new BadPickle('The name of a global is too long');
  m.push(m.global(module.toString(), name.toString()));
}

function popArguments(m: Machine, count: number): PyValue[] {
  const values = Array.from({ length: count }, () => m.pop());
  return values.reverse();
}

function object(m: Machine): void {
  const [callable, ...args] = m.popMark();
  m.push(m.call(callable, args));
}

function call(m: Machine): void {
  const args = m.pop();
  m.push(m.call(m.pop(), args));
}

function withKeywords(m: Machine): void {
  const keywords = m.pop();
  if (!(keywords instanceof PyDict) || keywords.size) throw new BadPickle('Named arguments are not read');
  call(m);
}

const refused = (what: string) => (): void => {
  throw new RefusedPickle(`The pickle uses ${what}, which is not read`);
};

/** By operation code; the names are those of pickletools. */
const table: Record<number, (m: Machine) => void> = {
  0x28: (m) => m.mark(),
  0x30: (m) => m.discard(), // POP
  0x31: (m) => void m.popMark(),
  0x32: (m) => m.push(m.top()), // DUP
  0x46: (m) => m.push(oldFloat(m.line())), // FLOAT
  0x49: (m) => m.push(oldInteger(m.line())), // INT
  0x4a: (m) => m.push(m.take(4).readInt32LE()), // BININT
  0x4b: (m) => m.push(m.take(1)[0]), // BININT1
  0x4c: (m) => m.push(wholeNumber(m.line().replace(/L$/, ''))), // LONG
  0x4d: (m) => m.push(m.take(2).readUInt16LE()), // BININT2
  0x4e: (m) => m.push(null),
  0x50: (m) => m.persistent(whole(Buffer.from(m.line(), 'latin1'))), // PERSID
  0x51: (m) => m.persistent(m.pop()), // BINPERSID
  0x52: call, // REDUCE
  0x53: (m) => m.push(quoted(m.line())), // STRING
  0x54: (m) => m.push(m.text(nonNegative(m.take(4)))), // BINSTRING
  0x55: (m) => m.push(m.text(m.length(1))), // SHORT_BINSTRING
  0x56: (m) => m.push(rawUnicode(m.line())), // UNICODE
  0x58: (m) => m.push(m.text(m.length(4))), // BINUNICODE
  0x61: (m) => m.append([m.pop()]), // APPEND
  0x62: (m) => m.build(),
  0x63: (m) => m.push(m.global(m.line(), m.line())), // GLOBAL
  0x64: (m) => m.push(newDict(m, m.popMark())), // DICT
  0x7d: (m) => m.push(new PyDict(), 200), // EMPTY_DICT
  0x65: (m) => m.append(m.popMark()), // APPENDS
  0x67: (m) => m.recall(memoId(m.line())), // GET
  0x68: (m) => m.recall(m.length(1)), // BINGET
  0x69: (m) => {
    const callable = m.global(m.line(), m.line()); // INST
    m.push(m.call(callable, m.popMark()));
  },
  0x6a: (m) => m.recall(m.length(4)), // LONG_BINGET
  0x6c: (m) => m.push(m.list(m.popMark())), // LIST
  0x5d: (m) => m.push([]), // EMPTY_LIST
  0x6f: object, // OBJ
  0x70: (m) => m.remember(memoId(m.line())), // PUT
  0x71: (m) => m.remember(m.length(1)), // BINPUT
  0x72: (m) => m.remember(m.length(4)), // LONG_BINPUT
  0x73: (m) => m.set(popArguments(m, 2)), // SETITEM
  0x74: (m) => m.push(m.list(m.popMark())), // TUPLE
  0x29: (m) => m.push([]), // EMPTY_TUPLE
  0x75: (m) => m.set(m.popMark()), // SETITEMS
  0x47: (m) => m.push(m.take(8).readDoubleBE()), // BINFLOAT
  0x80: (m) => {
    const protocol = m.length(1); // PROTO
    if (protocol > 5) throw new RefusedPickle(`The pickle has protocol ${protocol}; 0 to 5 are read`);
  },
  0x81: call, // NEWOBJ
  0x82: refused('an extension code'),
  0x83: refused('an extension code'),
  0x84: refused('an extension code'),
  0x85: (m) => m.push(m.list(popArguments(m, 1))), // TUPLE1
  0x86: (m) => m.push(m.list(popArguments(m, 2))),
  0x87: (m) => m.push(m.list(popArguments(m, 3))),
  0x88: (m) => m.push(true),
  0x89: (m) => m.push(false),
  0x8a: (m) => m.push(longInteger(m.take(m.length(1))), 64), // LONG1
  0x8b: (m) => m.push(longInteger(m.take(nonNegative(m.take(4)))), 64), // LONG4
  0x42: (m) => m.push(m.data(m.length(4))), // BINBYTES
  0x43: (m) => m.push(m.data(m.length(1))), // SHORT_BINBYTES
  0x8c: (m) => m.push(m.text(m.length(1))), // SHORT_BINUNICODE
  0x8d: (m) => m.push(m.text(m.length(8))), // BINUNICODE8
  0x8e: (m) => m.push(m.data(m.length(8))), // BINBYTES8
  0x8f: (m) => m.push(new PySet(), 96), // EMPTY_SET
  0x90: (m) => m.add(m.popMark()), // ADDITEMS
  0x91: (m) => {
    const members = m.popMark(); // FROZENSET
    m.push(new PySet(), 96);
    m.add(members);
  },
  0x92: withKeywords, // NEWOBJ_EX
  0x93: stackGlobal,
  0x94: (m) => m.memoize(),
  0x95: (m) => void m.take(8), // FRAME
  0x96: (m) => m.push(m.data(m.length(8))), // BYTEARRAY8
  0x97: refused('a buffer outside of it'),
  0x98: () => {}, // READONLY_BUFFER
};
const operations = Array.from({ length: 256 }, (_, code) => table[code]);

function newDict(m: Machine, pairs: PyValue[]): PyDict {
  if (pairs.length % 2) throw new BadPickle('A key has no value');
  return m.put(new PyDict(), pairs);
}
