import { describe, expect, it } from 'vitest';
import { createMonitor } from '../../../src/core/config/monitor.ts';

const metrics = { 'P@1': 0.5, 'P@5': 0.25, logLoss: 0.125, microF1: 0.75 };

describe('createMonitor', () => {
  it('takes a metric, a sum, and the loss with its sign turned', () => {
    expect(createMonitor('P@1', [1, 5])(metrics)).toBe(0.5);
    expect(createMonitor(' P@1 + P@5 ', [1, 5])(metrics)).toBe(0.75);
    expect(createMonitor('microF1', [1])(metrics)).toBe(0.75);
    expect(createMonitor('loss', [1])(metrics)).toBe(-0.125);
    expect(createMonitor('logLoss', [1])(metrics)).toBe(-0.125);
  });

  it('refuses what validation does not compute, and sums with a loss', () => {
    expect(() => createMonitor('P@3', [1, 5])).toThrowError(expect.objectContaining({ code: 'bad-monitor' }));
    expect(() => createMonitor('accuracy', [1])).toThrowError(/"accuracy"/);
    expect(() => createMonitor('P@1+loss', [1])).toThrowError(expect.objectContaining({ code: 'bad-monitor' }));
  });
});
