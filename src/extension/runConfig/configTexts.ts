/** Markdown about keys of a config, for hovers and completion. Meanings and sources are the schema's own; values are escaped. */
import { basename } from 'node:path';
import type { KeyDescription } from '../../core/config/describe.ts';
import type { Inherited } from '../../core/config/language/inherited.ts';
import { jsonLine } from '../../core/config/language/environment.ts';
import type { Preset } from '../../core/config/presets.ts';
import { escapeMarkdown } from '../hover/escape.ts';
import { timeText, type Translate } from '../runs/jobText.ts';
import type { TrainingEstimate } from '../../core/config/trainingEstimate.ts';
import type { ModelPart, ModelSize } from '../../core/config/language/modelSize.ts';

const longestValue = 80;

/** Meaning, what may be written, default and source of a key. */
export function keyMarkdown(description: KeyDescription, inherited: Inherited | undefined, t: Translate): string {
  const { key, meaning, expected, source } = description;
  const isSection = inherited === undefined && !['extends', '$schema'].includes(key);
  const rows = [
    ...(isSection ? [] : [[t('Expected'), escapeMarkdown(expected)]]),
    ...(isSection ? [] : [[t('Default'), defaultText(description, inherited, t)]]),
    [t('Source'), escapeMarkdown(source)],
  ];
  return [
    `**${escapeMarkdown(key)}**`,
    meaning,
    rows.map(([title, value]) => `*${title}:* ${value}`).join('  \n'),
  ].join('\n\n');
}

/** The value that holds where the config says nothing, and who says so. */
function defaultText({ default: plain }: KeyDescription, inherited: Inherited | undefined, t: Translate): string {
  const own = plain === undefined ? t('none, it must be given') : plain === null ? t('none') : code(plain);
  if (!inherited || inherited.from === 'default') return own;
  const name = inherited.from === 'parent' ? basename(inherited.name ?? '') : (inherited.name ?? '');
  const value = inherited.value === undefined || inherited.value === null ? t('none') : code(inherited.value);
  const from =
    inherited.from === 'preset'
      ? t('{0} from the preset {1}', value, escapeMarkdown(name))
      : t('{0} from {1}', value, escapeMarkdown(name));
  return value === own ? from : `${from} ${t('(else {0})', own)}`;
}

export const presetMarkdown = (name: string, { description, source }: Pick<Preset, 'description' | 'source'>): string =>
  `**${escapeMarkdown(name)}**\n\n${description}\n\n*${escapeMarkdown(source)}*`;

/** A value as inline code; it may come from any file, so that its backticks must not end the code. */
function code(value: unknown): string {
  const line = jsonLine(value);
  const text = line.length > longestValue ? `${line.slice(0, longestValue - 1)}…` : line;
  return text.includes('`') ? escapeMarkdown(text) : `\`${text}\``;
}

interface SizeFacts {
  size: ModelSize;
  /** The counts are of a run whose dataset or text section was another. */
  isOfOtherData: boolean;
}

/** How long training takes. */
export function timesText({ seconds, epochSeconds }: TrainingEstimate, t: Translate): string {
  const whole = timeText(seconds, t);
  return epochSeconds === undefined
    ? t('about {0} in all', whole)
    : t('about {0} per epoch, {1} in all', timeText(epochSeconds, t), whole);
}

/** How large the model is, as far as that is known. */
export function sizeText({ size, isOfOtherData }: SizeFacts, t: Translate): string {
  const { parameters, bytesEach, perLabel, perWord, isAtMost } = size;
  const isMore = perLabel !== undefined || perWord !== undefined;
  const [count, memory] = [countText(parameters), memoryText(parameters * bytesEach)];
  if (isOfOtherData || (isMore && isAtMost)) return t('about {0} parameters, {1} of memory', count, memory);
  if (isMore) return t('over {0} parameters, {1} of memory', count, memory);
  if (isAtMost) return t('at most {0} parameters, {1} of memory', count, memory);
  return t('{0} parameters, {1} of memory', count, memory);
}

/** What the figures are, for a tooltip. */
export function sizeTooltip({ size, isOfOtherData }: SizeFacts, t: Translate): string {
  const { perLabel, perWord, isAtMost } = size;
  return [
    t('Memory is that of the weights and of what the optimiser keeps of them; batches come on top.'),
    ...(isOfOtherData ? [t('Labels and words are counted as in the last run, which read other data.')] : []),
    ...(isAtMost ? [t('The vocabulary is counted at its limit: it is smaller where there are fewer words.')] : []),
    ...(perWord !== undefined || perLabel !== undefined
      ? [t('The first run will show how many labels and words there are.')]
      : []),
  ].join('\n');
}

/** 1,234 · 56.7 k · 12.3 M */
export function countText(count: number): string {
  if (count < 10_000) return count.toLocaleString('en-US');
  if (count < 999_500) return `${(count / 1e3).toFixed(count < 99_950 ? 1 : 0)} k`;
  return `${(count / 1e6).toFixed(count < 99.95e6 ? 1 : 0)} M`;
}

function memoryText(bytes: number): string {
  const kilobytes = bytes / 1024;
  if (kilobytes < 999.5) return `${kilobytes < 9.95 ? kilobytes.toFixed(1) : Math.round(kilobytes)} KB`;
  const megabytes = kilobytes / 1024;
  return megabytes < 999.5
    ? `${megabytes < 9.95 ? megabytes.toFixed(1) : Math.round(megabytes)} MB`
    : `${(megabytes / 1024).toFixed(1)} GB`;
}

/** A row for each part of the model: its name, its shape, how many weights that makes. */
export function partRows(parts: readonly ModelPart[], t: Translate): { label: string; description: string }[] {
  return parts.map(({ name, shape, parameters, per }) => {
    const count = parameters.toLocaleString('en-US');
    const product = shape.map((n) => n.toLocaleString('en-US')).join(' × ');
    const total = shape.length > 1 ? `${product} = ${count}` : count;
    const description = !per ? total : per === 'word' ? t('{0} per word', total) : t('{0} per label', total);
    return { label: name, description };
  });
}
