/** Protocol buffers' wire format, as far as ONNX files need it: varints, floats, and fields with a length. */

/** Bytes of a message in pieces; large pieces are views of what they were made from. */
export type Message = Uint8Array[];

/** A whole number of at least 0. */
export const integer = (field: number, value: number): Message => [bytesOf([...varint(field * 8), ...varint(value)])];

export const text = (field: number, value: string): Message => bytes(field, [new TextEncoder().encode(value)]);

/** Bytes, a message, or packed numbers. */
export function bytes(field: number, value: Message): Message {
  return [bytesOf([...varint(field * 8 + 2), ...varint(sizeOf(value))]), ...value];
}

/** Messages of a repeated field. */
export const repeated = (field: number, values: readonly Message[]): Message =>
  values.flatMap((value) => bytes(field, value));

/** Whole numbers of a repeated field, packed. */
export const integers = (field: number, values: readonly number[]): Message =>
  bytes(field, [bytesOf(values.flatMap((value) => varint(value)))]);

export const sizeOf = (message: Message): number => message.reduce((sum, { length }) => sum + length, 0);

const bytesOf = (values: number[]): Uint8Array => Uint8Array.from(values);

/** Seven bits a byte, the lowest first; a negative number is one of 64 bits. */
function varint(value: number): number[] {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  out.push(Number(rest));
  return out;
}
