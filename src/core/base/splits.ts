export const splitNames = ['train', 'validation', 'test'] as const;

/** The parts of a dataset by what they are for. */
export type Split = (typeof splitNames)[number];

/** The same, or a dataset that was never split. */
export type SplitOrAll = Split | 'all';
