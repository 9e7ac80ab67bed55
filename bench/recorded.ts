/** The last results that were recorded: `recorded.json`, and the same as Markdown between two markers of `RESULTS.md`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { fillBetween } from './marked.ts';
import { parts } from './parts.ts';
import { partMarkdown, type Recorded } from './report.ts';

const json = 'bench/recorded.json';
const markdown = 'bench/RESULTS.md';
const markers = {
  begin: '<!-- bench begin: written by npm run bench -- --record -->',
  end: '<!-- bench end -->',
};

export function readRecorded(): Recorded {
  return JSON.parse(readFileSync(json, 'utf8')) as Recorded;
}

/** Puts these parts in the place of those that were recorded before. */
export async function record(measured: Recorded): Promise<void> {
  const all = { ...readRecorded(), ...measured };
  const inOrder = Object.keys(parts).filter((name) => all[name]);
  await write(json, JSON.stringify(Object.fromEntries(inOrder.map((name) => [name, all[name]]))));
  const sections = inOrder.map((name) => partMarkdown(name, all[name], '###'));
  await write(markdown, fillBetween(readFileSync(markdown, 'utf8'), markers, sections.join('\n\n')));
}

async function write(file: string, text: string): Promise<void> {
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
}
