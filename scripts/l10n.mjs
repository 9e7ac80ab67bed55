// Writes l10n/bundle.l10n.json: every text that src/extension and src/webview pass to t, which a translation maps to its own.
// With --check it only compares, and fails where the bundle is stale.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'l10n', 'bundle.l10n.json');

/** The texts in a file, in order: first arguments of `t(…)` and `….t(…)`. Throws where one is no literal. */
export function textsOf(source, name) {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.ESNext);
  const texts = [];
  const visit = (node) => {
    if (ts.isCallExpression(node) && isTranslate(node.expression)) {
      const [text] = node.arguments;
      if (!text || !ts.isStringLiteralLike(text)) {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
        throw new Error(`${name}:${line + 1}: t needs a literal: a translation cannot be looked up by anything else`);
      }
      texts.push(text.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return texts;
}

const isTranslate = (callee) =>
  (ts.isIdentifier(callee) && callee.text === 't') ||
  (ts.isPropertyAccessExpression(callee) && callee.name.text === 't');

function textsIn(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((name) => textsOf(readFileSync(join(folder, name), 'utf8'), name));
}

/** The bundle's text as it ought to be. */
export function bundleText() {
  const texts = ['extension', 'webview'].flatMap((name) => textsIn(join(root, 'src', name)));
  const sorted = [...new Set(texts)].sort();
  return `${JSON.stringify(Object.fromEntries(sorted.map((text) => [text, text])), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = bundleText();
  if (!process.argv.includes('--check')) writeFileSync(target, text);
  else if (readFileSync(target, 'utf8') !== text) {
    console.error('l10n/bundle.l10n.json is stale: run npm run l10n');
    process.exitCode = 1;
  }
}
