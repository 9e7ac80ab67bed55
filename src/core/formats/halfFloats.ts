/** The value of IEEE 754 binary16 with these bits. */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction);
}

let halfValues: Float32Array | undefined;

/** The values of all binary16 by their bits: for many of them. */
export function halves(): Float32Array {
  return (halfValues ??= Float32Array.from({ length: 65_536 }, (_, bits) => half(bits)));
}

/** The bits of the binary16 next to a value; ties go to the even one, and what is too large becomes infinite. */
export function halfBits(value: number): number {
  cellAsFloat[0] = value;
  const sign = (cell[0] >>> 16) & 0x8000;
  const size = cell[0] & 0x7fffffff;
  if (size > infinity32) return sign | 0x7e00;
  if (size >= tooLarge32) return sign | 0x7c00;
  if (size < leastNormal32) return sign | roundToEven(Math.abs(cellAsFloat[0]) * 2 ** 24);
  // a fraction that is rounded up to 1024 carries into the exponent, and from the largest one into infinity
  return sign | ((size - exponentShift + 0xfff + ((size >> 13) & 1)) >> 13);
}

/** Bits of float32: infinity, 2^16, 2^-14, and what exponents of binary16 are shifted by. */
const [infinity32, tooLarge32, leastNormal32, exponentShift] = [0x7f800000, 0x47800000, 0x38800000, 0x38000000];

function roundToEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
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
