import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const isBuilt = existsSync('dist/extension.cjs');
if (!isBuilt) console.log('skipped: dist/extension.cjs not found (npm run build makes it)');

interface Packed {
  readonly name: string;
  /** In bytes, unpacked. */
  readonly size: number;
}

/** The central directory of a zip archive without a comment. */
function filesOf(archive: Buffer): Packed[] {
  const end = archive.length - 22;
  expect(archive.readUInt32LE(end)).toBe(0x06054b50);
  const files: Packed[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    files.push({ name: archive.toString('utf8', at + 46, at + 46 + nameLength), size: archive.readUInt32LE(at + 24) });
    at += 46 + nameLength + extraLength + commentLength;
  }
  return files;
}

/** All that an editor needs; a file of another kind has no business in the package. */
const expected = [
  /^(extension\.vsixmanifest|\[Content_Types\]\.xml)$/,
  /^extension\/(package|package\.nls|package\.nls\.[a-z-]+|language-configuration)\.json$/,
  /^extension\/(readme\.md|changelog\.md|LICENSE\.txt)$/i,
  /^extension\/dist\/(extension|libraries\/[\w-]+)\.cjs$/,
  /^extension\/dist\/(runner|webview)\/([\w-]+|chunks\/[\w.-]+)\.(js|css)$/,
  /^extension\/dist\/webview\/[\w-]+\.(ttf|woff2?|svg)$/,
  /^extension\/(schemas|syntaxes|l10n)\/[\w.-]+\.json$/,
  /^extension\/media\/[\w./-]+\.(svg|png|md)$/,
  /^extension\/skills\/multi-label-classification\/SKILL\.md$/,
  /^extension\/examples\/glosses\/[\w.-]+\.(jsonl|json|txt|md|tsv)$/,
];

describe.skipIf(!isBuilt)('the packed extension', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-package-test-'));
  const vsix = join(folder, 'xmlcnn.vsix');
  let files: Packed[] = [];
  beforeAll(() => {
    execFileSync(process.execPath, ['scripts/package.mjs', vsix], { stdio: 'pipe' });
    files = filesOf(readFileSync(vsix));
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is under 12 MB', () => {
    expect(readFileSync(vsix).length).toBeLessThan(12e6);
  });

  it('has a host bundle under 600 kB, and what it starts', () => {
    const size = (name: string): number | undefined => files.find((file) => file.name === `extension/${name}`)?.size;
    expect(size('dist/extension.cjs')).toBeLessThan(600e3);
    for (const name of ['dist/runner/main.js', 'dist/runner/assistants.js', 'dist/webview/dataset.css', 'package.json'])
      expect(size(name), name).toBeGreaterThan(0);
  });

  it('holds no file that does not run', () => {
    expect(files.filter(({ name }) => !expected.some((pattern) => pattern.test(name)))).toEqual([]);
  });

  it('holds the skill that it names, as short as one that is read in one go', () => {
    const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      contributes: { chatSkills: { path: string }[] };
    };
    for (const { path } of contributes.chatSkills) {
      expect(files.map(({ name }) => name)).toContain(join('extension', path));
      const text = readFileSync(path, 'utf8');
      const [, name, description] = /^---\nname: (.*)\ndescription: (.*)\n---\n/.exec(text) ?? [];
      expect(path).toBe(`./skills/${name}/SKILL.md`);
      expect(description.length).toBeLessThan(1024);
      expect(text.split('\n').length).toBeLessThan(60);
    }
  });

  it('is activated by what it is for, not by every start of the editor', () => {
    const { activationEvents } = JSON.parse(readFileSync('package.json', 'utf8')) as { activationEvents: string[] };
    expect(activationEvents).not.toContain('*');
    expect(activationEvents).not.toContain('onStartupFinished');
  });
});
