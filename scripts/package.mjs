// npm run package: puts what runs in an editor, and nothing else, into xmlcnn-<version>.vsix. Packs dist as it is: build first.
//   node scripts/package.mjs [FILE.vsix]
import { createVSIX } from '@vscode/vsce';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** All that is packed, besides the manifest. Source maps are left out. */
const contents = [
  ...['dist/extension.cjs', 'dist/libraries', 'dist/runner', 'dist/webview'],
  ...['examples', 'l10n', 'media', 'schemas', 'skills', 'syntaxes', 'walkthrough'],
  ...['language-configuration.json', 'package.nls.json', 'README.md', 'CHANGELOG.md', 'LICENSE'],
];
/** Keys of package.json that are for npm and would only confuse an editor. */
const foreign = [
  'files',
  'exports',
  'bin',
  'scripts',
  'dependencies',
  'optionalDependencies',
  'devDependencies',
  'overrides',
  'allowScripts',
];

/** Packs the extension in `root`; returns the file. Throws where dist was not built. */
export async function packExtension(target) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const file = resolve(target ?? join(root, `${manifest.name}-${manifest.version}.vsix`));
  if (!existsSync(join(root, 'dist/extension.cjs')))
    throw new Error('dist/extension.cjs not found: run npm run build first.');
  // vsce takes either package.json's "files", which are npm's here, or a list of what to ignore: it gets a folder with just the contents.
  const folder = mkdtempSync(join(tmpdir(), 'xmlcnn-package-'));
  try {
    for (const name of contents.filter((name) => existsSync(join(root, name)))) {
      const options = { recursive: true, filter: (path) => !path.endsWith('.map') };
      cpSync(join(root, name), join(folder, name), options);
    }
    const packed = Object.fromEntries(Object.entries(manifest).filter(([key]) => !foreign.includes(key)));
    writeFileSync(join(folder, 'package.json'), `${JSON.stringify(packed, null, 2)}\n`);
    writeFileSync(join(folder, '.vscodeignore'), ''); // vsce warns without one
    rmSync(file, { force: true });
    const lenient = { dependencies: false, allowMissingRepository: true, rewriteRelativeLinks: false };
    await createVSIX({ cwd: folder, packagePath: file, ...lenient });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return file;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const file = await packExtension(process.argv[2]);
  console.log(`${file}: ${(statSync(file).size / 1e6).toFixed(2)} MB`);
}
