import { readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';
import { expect, it } from 'vitest';

/** One import of any kind (static, dynamic, of a type, `require`), with the line that it stands in. */
interface Import {
  from: string;
  line: number;
  /** A file of `src`, `./` and another file's path from the root of the repository, or a package. */
  to: string;
}

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const fromRoot = (path: string): string => (path.startsWith('src/') ? path : `./${path}`);

function importsOf(file: string, text: string): Import[] {
  const { importedFiles, libReferenceDirectives } = ts.preProcessFile(text, true, true);
  return [...importedFiles, ...libReferenceDirectives.map((lib) => ({ ...lib, fileName: `lib.${lib.fileName}` }))].map(
    ({ fileName, pos }) => ({
      from: file,
      line: text.slice(0, pos).split('\n').length,
      to: fileName.startsWith('.') ? fromRoot(posix.join(posix.dirname(file), fileName)) : fileName,
    }),
  );
}

/** Folders of the drawing in ARCHITECTURE.md with the number of their floor; the ground floor is the highest number. */
function floorsOf(markdown: string): Map<string, number> {
  const drawing = /^```\n(.*?)^```/ms.exec(markdown)?.[1] ?? '';
  return new Map(
    drawing.split('\n').flatMap((line, floor) => [...line.matchAll(/\bsrc\/[\w/.]+/g)].map(([name]) => [name, floor])),
  );
}

const floors = floorsOf(read('ARCHITECTURE.md'));
const roomOf = (file: string): string =>
  floors.has(file)
    ? file
    : file
        .split('/')
        .slice(0, file.startsWith('src/core/') ? 3 : 2)
        .join('/');

/** What only some may import. */
const doors: { what: RegExp; by: RegExp; rule: string }[] = [
  { what: /^vscode$/, by: /^src\/extension\//, rule: 'only src/extension knows the editor' },
  { what: /^lib\.dom/, by: /^src\/webview\//, rule: 'only pages know the DOM' },
  {
    what: /^@vscode\/webview-ui-toolkit/,
    by: /^src\/webview\/ui\/toolkit\.ts$/,
    rule: 'only toolkit.ts knows the toolkit',
  },
  { what: /^plotly\.js/, by: /^src\/webview\/plots\//, rule: 'only webview/plots knows plotly' },
  { what: /^@tensorflow\//, by: /^src\/core\/engine\//, rule: 'only the engines know TensorFlow.js' },
  {
    what: /^src\/kernels\//,
    by: /^$/,
    rule: 'kernels are used as they are compiled: through generated.ts and calls.generated.ts',
  },
  { what: /\/generated\.ts$/, by: /^src\/core\/engine\/wasm\//, rule: 'only engine/wasm knows the compiled kernels' },
  {
    what: /^src\/runner\/(?!services\/)/,
    by: /^src\/(runner|extension|cli\/mcp)\//,
    rule: 'only the extension and the server for assistants fork runners',
  },
  {
    what: /^(@modelcontextprotocol|zod)\b/,
    by: /^src\/cli\/mcp\/sdk\.ts$/,
    rule: 'only sdk.ts knows the library of the protocol',
  },
  {
    what: /^src\/runner\/(?!client|protocol|services\/)/,
    by: /^src\/runner\//,
    rule: 'runners are reached by client, protocol and the interfaces of services',
  },
  { what: /^src\/webview\//, by: /^src\/(webview|extension)\//, rule: 'only the extension shows pages' },
  { what: /^src\/webview\/(?!protocol)/, by: /^src\/webview\//, rule: 'pages are reached by their protocol' },
  { what: /^\.\/(?!package\.json$)/, by: /^$/, rule: 'src uses no file outside it' },
];

/** The rules that an import breaks. */
function brokenRules({ from, to }: Import): string[] {
  const closed = doors.filter(({ what, by }) => what.test(to) && !by.test(from)).map(({ rule }) => rule);
  if (!to.startsWith('src/') || roomOf(from) === roomOf(to)) return closed;
  const [own, its] = [floors.get(roomOf(from)), floors.get(roomOf(to))];
  return own !== undefined && its !== undefined && its > own
    ? closed
    : [...closed, `${roomOf(to)} does not lie below ${roomOf(from)} in the drawing of ARCHITECTURE.md`];
}

/** Imports that are part of a circle of files, or of what `nodeOf` makes of files. */
function circular(imports: readonly Import[], nodeOf = (file: string): string => file): Import[] {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of imports)
    if (nodeOf(from) !== nodeOf(to)) next.set(nodeOf(from), (next.get(nodeOf(from)) ?? new Set()).add(nodeOf(to)));
  const reached = new Map([...next.keys()].map((node) => [node, reachedFrom(node)]));
  return imports.filter(({ from, to }) => nodeOf(from) !== nodeOf(to) && reached.get(nodeOf(to))?.has(nodeOf(from)));

  function reachedFrom(start: string): Set<string> {
    const found = new Set<string>();
    const open = [start];
    for (let node = open.pop(); node !== undefined; node = open.pop())
      for (const other of next.get(node) ?? [])
        if (!found.has(other)) {
          found.add(other);
          open.push(other);
        }
    return found;
  }
}

/** `src/core/data`, `src/cli/inspect`; what starts a process, or lists what a folder holds, is apart. */
const folderOf = (file: string): string =>
  /\/(main|extension|index)\.ts$/.test(file) ? file : file.split('/').slice(0, -1).slice(0, 3).join('/');

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((file) => posix.join('src', file.replaceAll('\\', '/')))
  .filter((file) => file.endsWith('.ts') && !file.startsWith('src/kernels/'));
const imports = sources.flatMap((file) => importsOf(file, read(file)));
const told = ({ from, line, to }: Import): string => `${from}:${line} imports ${to}`;

it('has every folder in the drawing of ARCHITECTURE.md', () => {
  expect([...floors.keys()]).toEqual(expect.arrayContaining([...new Set(sources.map(roomOf))]));
});

it('imports from lower floors alone, and through the doors that there are', () => {
  expect(imports.length).toBeGreaterThan(1000);
  expect(imports.flatMap((each) => brokenRules(each).map((rule) => `${told(each)}: ${rule}`))).toEqual([]);
});

it('has no circles of files', () => expect(circular(imports).map(told)).toEqual([]));

it('has no circles of folders', () =>
  expect(circular(imports, folderOf).map((each) => `${told(each)} (${folderOf(each.from)})`)).toEqual([]));

it('loads no engine into the extension host: those are for runners', async () => {
  const entryPoints = [join(root, 'src/extension/extension.ts')];
  const options = { bundle: true, platform: 'node', packages: 'external', metafile: true, write: false } as const;
  const { metafile } = await build({ ...options, entryPoints, absWorkingDir: root });
  expect(Object.keys(metafile.inputs)).toContain('src/extension/base/services.ts');
  const engines = /^src\/core\/engine\/(create|reference|tfjs|wasm)\b/;
  expect(Object.keys(metafile.inputs).filter((file) => engines.test(file))).toEqual([]);
});

it('knows the DOM in pages alone', () => {
  const { compilerOptions } = JSON.parse(read('tsconfig.json')) as { compilerOptions: { lib: string[] } };
  expect(compilerOptions.lib).toEqual(['ES2023']);
});

it('finds every kind of import and the rules that it breaks', () => {
  const text = [
    "import { a } from '../explore/a.ts';",
    "import type { b } from 'vscode';",
    "const c = await import('../../webview/page.ts');",
    "let d: import('../../kernels/k.ts').D;",
    "export * from '../base/e.ts';",
    "import f from '../../../test/f.ts';",
    "import g from '../../../package.json';",
    '/// <reference lib="dom" />',
  ];
  const found = importsOf('src/core/data/x.ts', text.join('\n')).map((each) => [each.line, brokenRules(each).length]);
  expect(found).toEqual([
    [1, 1],
    [2, 1],
    [3, 3],
    [4, 2],
    [5, 0],
    [6, 1],
    [7, 0],
  ]);
  expect(importsOf('src/core/data/x.ts', text.at(-1)!).flatMap(brokenRules)).toHaveLength(1);
});

it('finds circles', () => {
  const [a, b, c] = ['src/x/a.ts', 'src/x/b.ts', 'src/y/c.ts'];
  const made = [
    [a, b],
    [b, c],
    [c, b],
    [a, a],
  ].map(([from, to]) => ({ from, to, line: 1 }));
  expect(circular(made).map(({ from }) => from)).toEqual([b, c]);
  expect(circular(made, folderOf)).toHaveLength(2);
  expect(circular(made.slice(0, 2))).toEqual([]);
});
