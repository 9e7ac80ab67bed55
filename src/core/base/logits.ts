export const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));

/** Its exponential is a number yet. */
const highest = 700;

export const clampedLogit = (logit: number): number => Math.min(highest, Math.max(-highest, logit));
