/** The value of IEEE 754 binary16 with these bits. */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
}

/** The values of bfloat16 with these bits: the upper halves of float32. */
export function bfloats(bits: Uint16Array): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(bits, (upper) => upper << 16).buffer);
}

const cell = new Uint32Array(1);
const cellAsFloat = new Float32Array(cell.buffer);

/** The value of bfloat16 with these bits. */
export function bfloat(bits: number): number {
  cell[0] = bits << 16;
  return cellAsFloat[0];
}
