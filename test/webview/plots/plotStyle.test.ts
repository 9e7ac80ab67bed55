import { describe, expect, it } from 'vitest';
import type { PlotTheme } from '../../../src/webview/plots/theme.ts';
import { mixed, seriesStyle } from '../../../src/webview/plots/theme.ts';
import { countingTicks, logTicks, styled } from '../../../src/webview/plots/plotStyle.ts';

const theme = {
  background: '#ffffff',
  series: (index: number) => ({ color: `color ${index}`, dash: 'dot', symbol: 'square', pattern: '/' }),
} as unknown as PlotTheme;

describe('traces', () => {
  it('show what comes from data as text', () => {
    const label = '<img src=x onerror=alert(1)> & <b>bold</b>';
    const text = '&lt;img src=x onerror=alert(1)&gt; &amp; &lt;b&gt;bold&lt;/b&gt;';
    const [trace] = styled([{ type: 'bar', name: label, x: [label], y: [1], customdata: [[label, 2]] }], theme);
    expect(trace).toMatchObject({ name: text, x: [text], y: [1], customdata: [[text, 2]] });
  });

  it('take the style of their position, and keep their own', () => {
    const [first, second] = styled([{ y: [1] }, { y: [1], line: { color: 'own' } }], theme);
    expect(first).toMatchObject({ line: { color: 'color 0', dash: 'dot' }, marker: { symbol: 'square' } });
    expect(second).toMatchObject({ line: { color: 'own', dash: 'dot' } });
  });

  it('leave the given traces as they are', () => {
    const given = { name: '<b>', y: [1] };
    styled([given], theme);
    expect(given).toEqual({ name: '<b>', y: [1] });
  });
});

describe('mixing colours', () => {
  it('takes the forms in which the editor gives them', () => {
    expect(mixed('#000000', '#ffffff', 0.5)).toBe('rgb(128, 128, 128)');
    expect(mixed('rgba(255, 0, 0, 0.5)', '#000', 1)).toBe('rgb(255, 0, 0)');
    expect(mixed('#ea5c0055', '#fff', 1)).toBe('rgb(234, 92, 0)');
    expect(mixed('red', '#fff', 0.5)).toBe('red');
  });
});

it('ticks of a count are whole numbers, each once', () => {
  expect(countingTicks(1, 8)).toEqual({ tickformat: ',d', dtick: 1 });
  expect(countingTicks(8, 8)).toEqual({ tickformat: ',d', dtick: 1 });
  expect(countingTicks(9, 8).dtick).toBe(2);
  expect(countingTicks(45, 8).dtick).toBe(10);
  expect(countingTicks(2000, 8).dtick).toBe(500);
});

it('ticks of a logarithm are whole values: powers of ten, and more where those are few', () => {
  expect(logTicks(1, 3).tickvals).toEqual([1, 2, 5, 10, 20, 50]);
  expect(logTicks(1, 5000).tickvals).toEqual([1, 10, 100, 1000, 10000]);
  expect(logTicks(0.02, 0.9).tickvals).toEqual([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]);
});

it('series are told apart by colour and dash, and by colour and marker', () => {
  const colors = ['a', 'b', 'c', 'd', 'e', 'f'];
  const styles = Array.from({ length: 36 }, (_, i) => seriesStyle(i, colors));
  expect(new Set(styles.map(({ color, dash }) => `${color} ${dash}`)).size).toBe(36);
  expect(new Set(styles.map(({ color, symbol }) => `${color} ${symbol}`)).size).toBe(36);
});
