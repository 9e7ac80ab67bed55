import { expect, it } from 'vitest';
import { linkedCommands } from '../../src/extension/hover/hoverText.ts';
import { entriesOfManifest, entryTests } from './menuEntries.ts';

const tested = entryTests.map(({ entry }) => entry);

it('has an end-to-end test of each entry of each menu, each key and each link of a hover, and of no other', () => {
  const links = linkedCommands.map((command) => `hover: ${command.replace('xmlcnn.', '')}`);
  const expected = [...entriesOfManifest(), ...links].sort();
  expect(tested.filter((entry) => !entry.startsWith('lens: ')).sort()).toEqual(expected);
});
