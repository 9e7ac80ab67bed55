import { describe, expect, it } from 'vitest';
import { ProgressBar } from '../../src/cli/terminal/progressBar.ts';
import { createStyle, wantsColour } from '../../src/cli/terminal/style.ts';
import { bar, bytes, clip, duration, safeJson, sanitise, table, width } from '../../src/cli/terminal/text.ts';

describe('text for a terminal', () => {
  it('shows control characters and bidi marks instead of sending them', () => {
    expect(sanitise('a\x1b[31mred\x07\x7f\x9b2J\u202eb\tc\nd')).toBe('a␛[31mred␇␡\ufffd2J\ufffdb c d');
    expect(sanitise('crème 한국 🍰')).toBe('crème 한국 🍰');
  });

  it('escapes in JSON what a terminal would obey, and loses nothing', () => {
    const value = { label: 'x\x9b\u202e\x7f\x1b', map: new Map([['k', 1]]), numbers: Float32Array.of(1, 2) };
    const text = safeJson(value, 2);

    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    expect(JSON.parse(text)).toEqual({ label: value.label, map: { k: 1 }, numbers: [1, 2] });
  });

  it('measures and cuts by columns', () => {
    expect(width('한국')).toBe(4);
    expect(width('e\u0301')).toBe(1);
    expect(width('\x1b[31mred\x1b[39m')).toBe(3);
    expect(clip('한국어 문서', 6)).toBe('한국…');
    expect(width(clip('abcdefgh', 5))).toBe(5);
    expect(clip('abcde', 5)).toBe('abcde');
    expect(
      table(
        [{ title: 'a' }, { title: 'n', align: 'right' }],
        [
          ['한국', '1'],
          ['x', '10'],
        ],
      ),
    ).toEqual(['a      n', '한국   1', 'x     10']);
  });

  it('writes durations, sizes and bars', () => {
    expect([0.51, 9.96, 59.4, 59.6, 3599.6, 7384, Infinity].map(duration)).toEqual([
      '0.5 s',
      '10 s',
      '59 s',
      '1:00',
      '1:00:00',
      '2:03:04',
      '?',
    ]);
    expect([0, 999, 1000, 12_345, 999_600, 3e9].map(bytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '12 kB',
      '1.0 MB',
      '3.0 GB',
    ]);
    expect([bar(0, 4), bar(0.5, 4), bar(1, 4), bar(2, 4), bar(0.26, 4)]).toEqual(['', '██', '████', '████', '█']);
  });

  it('colours terminals only, and not where NO_COLOR is set', () => {
    expect(wantsColour(true, {})).toBe(true);
    expect(wantsColour(false, {})).toBe(false);
    expect(wantsColour(true, { NO_COLOR: '1' })).toBe(false);
    expect(wantsColour(true, { TERM: 'dumb' })).toBe(false);
    expect(createStyle(false).red('x')).toBe('x');
    expect(createStyle(true).red('x')).toBe('\x1b[31mx\x1b[39m');
  });
});

describe('progress', () => {
  const state = {
    label: 'Epoch 1',
    done: 50,
    total: 200,
    rate: '3,412 documents/s',
    secondsLeft: 83,
    note: 'loss 0.5',
  };
  const target = (isTTY: boolean, columns = 100) => {
    const written: string[] = [];
    return { written, isTTY, columns, write: (text: string) => written.push(text) };
  };

  it('draws one line in place on a terminal, no wider than it, and not too often', () => {
    const to = target(true, 70);
    let time = 0;
    const progress = new ProgressBar(to, () => time);
    progress.update(state);
    time = 50;
    progress.update({ ...state, done: 51 });
    expect(to.written).toHaveLength(1);
    expect(to.written[0]).toContain('Epoch 1 ▕█████               ▏25%  3,412 documents/s  1:23 left');
    expect(width(to.written[0].replace('\r\x1b[K', ''))).toBeLessThan(70);
    progress.print('a line');
    expect(to.written.slice(1).join('')).toBe(`\r\x1b[Ka line\n${to.written[0]}`);
    progress.clear();
    expect(to.written.at(-1)).toBe('\r\x1b[K');
  });

  it('writes plain lines elsewhere, at most one every ten seconds', () => {
    const to = target(false);
    let time = 0;
    const progress = new ProgressBar(to, () => time);
    for (; time < 25_000; time += 100) progress.update(state);
    expect(to.written).toEqual(Array(2).fill('Epoch 1: 25%, 3,412 documents/s, 1:23 left, loss 0.5\n'));
  });
});
