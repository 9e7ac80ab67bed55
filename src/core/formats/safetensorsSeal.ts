import { createHash } from 'node:crypto';
import type { TensorData, TensorInfo } from './safetensors.ts';

export type Metadata = Readonly<Record<string, string>>;
export type Infos = ReadonlyMap<string, TensorInfo>;

/** Largest piece handed to one read, write or hash. */
export const piece = 1 << 28;

export const bytesOf = ({ buffer, byteOffset, byteLength }: TensorData): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

export function* pieces(data: TensorData): Generator<Uint8Array> {
  const bytes = bytesOf(data);
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}

/** SHA-256, 44 characters. */
export function digestOf(data: TensorData): string {
  const hash = createHash('sha256');
  for (const bytes of pieces(data)) hash.update(bytes);
  return hash.digest('base64');
}

/** SHA-256 of everything that a header says but the seal itself, in an order of its own. */
export function sealOf({ seal: _, ...metadata }: Metadata, infos: Infos): string {
  const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);
  const said = [Object.entries(metadata).sort(byName), [...infos].sort(byName)];
  return createHash('sha256').update(JSON.stringify(said)).digest('base64');
}

/** Metadata with the digests of all tensors, and the seal over them. */
export function sealed(metadata: Metadata, infos: Infos, digests: ReadonlyMap<string, string>): Metadata {
  const whole = { ...metadata, digests: JSON.stringify(Object.fromEntries(digests)) };
  return { ...whole, seal: sealOf(whole, infos) };
}
