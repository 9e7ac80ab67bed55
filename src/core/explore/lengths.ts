/** Bins for document lengths, alike for every split so that their histograms can lie over each other. */

/** Bin i holds lengths of [i * width, (i + 1) * width) words. */
export interface LengthBins {
  /** Words; 1, 2 or 5 times a power of ten. */
  width: number;
  bins: number;
}

export interface LengthHistogram {
  width: number;
  /** Documents per bin. */
  counts: number[];
  /** The last bin also holds all documents that are longer. */
  open: boolean;
}

const wanted = 40;

/**
 * Bins for lengths of which nearly all are at most `usual` words and the largest is `longest`: about 40 for the usual
 * ones. A tail that would be more than as many again goes into the last bin.
 */
export function lengthBins(usual: number, longest: number): LengthBins {
  const width = niceWidth(Math.max(1, usual) / wanted);
  const all = Math.floor(longest / width) + 1;
  const bins = Math.floor(usual / width) + 1;
  return { width, bins: all <= wanted * 2 ? all : bins + 1 };
}

/** The smallest of 1, 2, 5, 10, 20, … that is not below `least`. */
function niceWidth(least: number): number {
  for (let power = 1; ; power *= 10) for (const digit of [1, 2, 5]) if (digit * power >= least) return digit * power;
}
