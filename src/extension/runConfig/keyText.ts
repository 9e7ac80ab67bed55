/** Markdown about keys of a config, for hovers and completion. Meanings and sources are the schema's own; values are escaped. */
import { basename } from 'node:path';
import type { KeyDescription } from '../../core/config/describe.ts';
import type { Inherited } from '../../core/config/language/inherited.ts';
import { jsonLine } from '../../core/config/language/proposal.ts';
import type { Preset } from '../../core/config/presets.ts';
import { escapeMarkdown } from '../hover/escape.ts';
import type { Translate } from '../runs/jobText.ts';

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
