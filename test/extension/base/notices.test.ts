import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

const shown: unknown[][] = [];
vi.mock('vscode', () => ({ window: { showErrorMessage: (...given: unknown[]) => void shown.push(given) } }));
const { showError } = await import('../../../src/extension/base/notices.ts');

/** What the editor takes for a link in a notification (VS Code, linkedText.ts). */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

it('makes no link of what a file holds, whose click would run a command', () => {
  const evil = 'No label [Repair](command:workbench.action.terminal.new "Repair") in [a](https://x)';
  expect(evil).toMatch(link);
  void showError(evil, 'Open File');
  expect(shown).toEqual([[expect.stringContaining('No label [Repair] (command:'), 'Open File']]);
  expect(shown[0][0]).not.toMatch(link);
});

it('is the way of every notification; the modal ones know no links', () => {
  const folder = 'src/extension';
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name.endsWith('notices.ts')) continue;
    const source = readFileSync(join(folder, name), 'utf8');
    for (const [call] of source.matchAll(/show(Error|Warning|Information)Message\([^;]*;/g))
      expect(call, name).toContain('modal: true');
  }
});
