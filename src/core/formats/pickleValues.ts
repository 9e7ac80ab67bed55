/** What a pickle can hold here. Tuples are lists; a dict is a `Map` whose textual keys are strings. */
import { isUtf8 } from 'node:buffer';
import type { NdArray } from './ndarray.ts';

export type PyValue =
  null | boolean | number | bigint | PyText | PyBytes | PyValue[] | PyDict | PyArray | PyDType | PySet | PyObject;

export type PyKey = string | number | bigint | boolean | null | object;
export class PyDict extends Map<PyKey, PyValue> {
  readonly type = 'dict';
}

/** V8 ends at 2^24 entries with an error of its own. */
export const mostEntries = 1 << 23;

/** A set's members are not compared with one another. */
export class PySet {
  readonly type = 'set';
  readonly members: PyValue[] = [];
}

/** A part of the pickle; decoded when it is asked for. */
abstract class Slice {
  constructor(
    private readonly source: Buffer,
    private readonly start: number,
    private readonly stop: number,
  ) {}

  get bytes(): Buffer {
    return this.source.subarray(this.start, this.stop);
  }

  get length(): number {
    return this.stop - this.start;
  }
}

/** A `str` of Python 3, a `unicode` or a `str` of Python 2 (bytes without a stated encoding). */
export class PyText extends Slice {
  readonly type = 'text';

  /** UTF-8; what is not, is Latin-1. */
  override toString(): string {
    const { bytes } = this;
    return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
  }
}

/** `bytes` and `bytearray`. */
export class PyBytes extends Slice {
  readonly type = 'bytes';
}

export class PyDType {
  readonly type = 'dtype';
  /** As in a .npy header; byte order may be set after construction. */
  constructor(public descr: string) {}
  /** Throws where the state is none of such a thing. */
  setState?(state: PyValue): void;
}

/** An array that is being put together by a pickle. */
export class PyArray {
  readonly type = 'ndarray';
  array: NdArray | undefined;
  setState?(state: PyValue): void;
}

/** An object of a library other than Python itself and NumPy; whoever allows its constructor knows what it is. */
export abstract class PyObject {
  abstract readonly type: 'object' | 'callable';
  setState?(state: PyValue): void;
}

export const isText = (value: PyValue | undefined): value is PyText => value instanceof PyText;

/** The string of a text, undefined for all else. */
export const textOf = (value: PyValue | undefined): string | undefined =>
  value instanceof PyText ? value.toString() : undefined;

export const listOf = (value: PyValue | undefined): PyValue[] | undefined => (Array.isArray(value) ? value : undefined);

/** The bytes of `bytes`, and of a `str` of Python 2. */
export const bytesOf = (value: PyValue | undefined): Buffer | undefined =>
  value instanceof PyBytes || value instanceof PyText ? value.bytes : undefined;

/** A whole number that a JavaScript number holds exactly. */
export const wholeOf = (value: PyValue | undefined): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
