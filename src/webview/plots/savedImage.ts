import type { SavedImage } from '../protocol.ts';
import type { Plot } from './plot.ts';

/** The plot as the host writes it into a file. */
export async function savedImage(plot: Plot, kind: SavedImage['kind']): Promise<SavedImage> {
  if (kind === 'svg') return { kind, source: await plot.toSvg() };
  const url = await plot.toPng();
  return { kind, base64: url.slice(url.indexOf(',') + 1) };
}
