import { describe, expect, it } from 'vitest';
import { describeKey } from '../../../src/core/config/describe.ts';
import {
  countText,
  keyMarkdown,
  partRows,
  presetMarkdown,
  sizeText,
  sizeTooltip,
  timesText,
} from '../../../src/extension/runConfig/configTexts.ts';
import { t as translate } from '../runs/translate.ts';

describe('a key in Markdown', () => {
  const markdown = (key: string, inherited?: Parameters<typeof keyMarkdown>[1]) =>
    keyMarkdown(describeKey(key)!, inherited, translate);
  it('has meaning, what is expected, default and source', () => {
    const text = markdown('model.filters', { value: 256, from: 'default' });
    expect(text).toContain('**model&#46;filters**');
    expect(text).toContain('Filters per size');
    expect(text).toContain('--num_filters');
    expect(text).toMatch(/\*Expected:\* a whole number/);
    expect(text).toMatch(/\*Default:\* `256`/);
    expect(text).toMatch(/\*Source:\* LibMultiLabel/);
  });
  it('names what says otherwise', () => {
    expect(markdown('model.filters', { value: 512, from: 'preset', name: 'wide' })).toContain(
      '`512` from the preset wide (else `256`)',
    );
    expect(markdown('model.filters', { value: 9, from: 'parent', name: '/d/base.json' })).toContain(
      '`9` from base&#46;json (else `256`)',
    );
    expect(markdown('model.filters', { value: 256, from: 'preset', name: 'kim-bce' })).not.toContain('else');
  });
  it('says what has no default', () => {
    expect(markdown('dataset.train', { value: undefined, from: 'default' })).toContain('none, it must be given');
    expect(markdown('dataset.test', { value: undefined, from: 'default' })).toMatch(/\*Default:\* none *$/m);
  });
  it('lets no value of another file become markup', () => {
    const value = '`[x](command:evil) <img src=x>';
    const text = markdown('output.name', { value, from: 'parent', name: '/d/[y](command:evil).json' });
    expect(text).not.toContain('](');
    expect(text).not.toContain('<img');
  });
  it('describes sections without default', () => {
    expect(markdown('model')).not.toContain('Default');
    expect(presetMarkdown('wide', { description: 'd', source: 's' })).toBe('**wide**\n\nd\n\n*s*');
  });
});

describe('the size of a model', () => {
  const known = { parameters: 21_800_000, bytesEach: 16, isAtMost: false };
  const text = (size: Parameters<typeof sizeText>[0]['size'], more = {}) =>
    sizeText({ size, isOfOtherData: false, ...more }, translate);
  it('is told in full where all is known', () => {
    expect(text(known)).toBe('21.8 M parameters, 333 MB of memory');
  });
  it('is told in plain words where something is not known', () => {
    expect(text({ ...known, isAtMost: true })).toBe('at most 21.8 M parameters, 333 MB of memory');
    expect(text({ ...known, perLabel: 2049, isAtMost: true })).toBe('about 21.8 M parameters, 333 MB of memory');
    expect(text({ ...known, perLabel: 513, perWord: 300 })).toBe('over 21.8 M parameters, 333 MB of memory');
    expect(sizeTooltip({ size: { ...known, perLabel: 513 }, isOfOtherData: false }, translate)).toContain('first run');
  });
  it('says where counts are those of other data', () => {
    expect(text(known, { isOfOtherData: true })).toBe('about 21.8 M parameters, 333 MB of memory');
    expect(sizeTooltip({ size: known, isOfOtherData: true }, translate)).toContain('other data');
  });
  it('comes with the time of an epoch and of the whole', () => {
    expect(timesText({ seconds: 12_000, epochSeconds: 800 }, translate)).toBe(
      'about 13 min per epoch, 3 h 20 min in all',
    );
    expect(timesText({ seconds: 100 }, translate)).toBe('about 2 min in all');
  });
  it.each([
    [0, '0'],
    [9999, '9,999'],
    [10_000, '10.0 k'],
    [999_499, '999 k'],
    [999_500, '1.0 M'],
    [2.5e9, '2500 M'],
  ])('counts %d as %s', (count, expected) => {
    expect(countText(count)).toBe(expected);
  });
  it('lists the parts', () => {
    expect(
      partRows(
        [
          { name: 'conv2.weight', shape: [512, 300, 2], parameters: 307_200 },
          { name: 'conv2.bias', shape: [512], parameters: 512 },
          { name: 'output.weight', shape: [2048], parameters: 2048, per: 'label' },
        ],
        translate,
      ),
    ).toEqual([
      { label: 'conv2.weight', description: '512 × 300 × 2 = 307,200' },
      { label: 'conv2.bias', description: '512' },
      { label: 'output.weight', description: '2,048 per label' },
    ]);
  });
});
