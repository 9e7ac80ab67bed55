/** The splits of a run's dataset. */
export type Split = 'train' | 'validation' | 'test';
