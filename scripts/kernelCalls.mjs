// Reads the parameter classes of the kernels (src/kernels, AssemblyScript) and writes typed calls of them: the names and the order of
// the fields stand in the kernels alone, and what a call lacks or names wrongly is a type error.
import ts from 'typescript';

/** Words of the arguments of one call: what each phase of a program has room for. */
const MOST_WORDS = 64;

const wordOf = { i32: 'integer', u32: 'integer', usize: 'integer', f32: 'float' };

/** A class or function that this script does not understand, and where it is. */
class NotUnderstood extends Error {
  constructor(source, node, message) {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    super(`${source.fileName}:${line + 1}: ${message}`);
  }
}

/**
 * @param sources the kernels by file name, `index.ts` with them
 * @returns TypeScript: the names of the kernels, and a call of each
 */
export function kernelCalls(sources) {
  const files = new Map(
    Object.entries(sources).map(([name, text]) => [
      name,
      ts.createSourceFile(`src/kernels/${name}`, text, ts.ScriptTarget.Latest, true),
    ]),
  );
  const classes = classesOf([...files.values()]);
  const kernels = exportedNames(files)
    .map(({ name, source, node }) => kernelOf(name, source, node, classes))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const called = new Set(kernels.map(({ fields }) => fields));
  return textOf(
    kernels,
    [...classes.values()].filter(({ name, isRead }) => called.has(name) || isRead),
    called,
  );
}

function classesOf(files) {
  const classes = new Map();
  for (const source of files) {
    for (const node of source.statements.filter(ts.isClassDeclaration)) {
      const name = node.name?.text;
      if (!name) throw new NotUnderstood(source, node, 'a class without a name');
      if (classes.has(name)) throw new NotUnderstood(source, node, `a second class ${name}`);
      classes.set(name, { name, fields: fieldsOf(source, node), file: source.fileName });
    }
  }
  for (const source of files)
    for (const name of classesRead(source)) if (classes.has(name)) classes.get(name).isRead = true;
  return classes;
}

function fieldsOf(source, node) {
  const decorators = ts.getDecorators(node) ?? [];
  if (decorators.length !== 1 || decorators[0].expression.getText(source) !== 'unmanaged')
    throw new NotUnderstood(source, node, `class ${node.name.text} is not @unmanaged: it would begin with a header`);
  if (node.heritageClauses || node.typeParameters)
    throw new NotUnderstood(source, node, `class ${node.name.text} is built on others`);
  const fields = node.members.map((member) => fieldOf(source, member));
  if (fields.length > MOST_WORDS)
    throw new NotUnderstood(source, node, `class ${node.name.text} has more than ${MOST_WORDS} fields`);
  return fields;
}

function fieldOf(source, member) {
  const isPlain =
    ts.isPropertyDeclaration(member) &&
    ts.isIdentifier(member.name) &&
    !member.modifiers &&
    !member.questionToken &&
    !member.exclamationToken &&
    !member.initializer;
  if (!isPlain) throw new NotUnderstood(source, member, 'only fields of the form `name: type;` are understood');
  const type = member.type?.getText(source);
  if (!type || !Object.hasOwn(wordOf, type))
    throw new NotUnderstood(
      source,
      member,
      `a field of type ${type ?? 'unknown'}: only ${Object.keys(wordOf).join(', ')} are words`,
    );
  return { name: member.name.text, word: wordOf[type], comment: commentBehind(source, member) };
}

/** What stands behind a field on its line. */
function commentBehind(source, member) {
  const [range] = ts.getTrailingCommentRanges(source.text, member.end) ?? [];
  return range && source.text.slice(range.pos, range.end).replace(/^\/\/\s*/, '');
}

/** The functions that the entry exports, with where they are declared. */
function exportedNames(files) {
  const entry = files.get('index.ts');
  return entry.statements.flatMap((statement) => {
    if (ts.isVariableStatement(statement)) return [];
    const isList = ts.isExportDeclaration(statement) && statement.moduleSpecifier && statement.exportClause?.elements;
    if (!isList) throw new NotUnderstood(entry, statement, "only `export { name } from './file'` is understood");
    return statement.exportClause.elements.map((element) => {
      if (element.propertyName) throw new NotUnderstood(entry, element, 'a kernel is exported by its own name');
      const source = files.get(`${statement.moduleSpecifier.text.slice(2)}.ts`);
      const name = element.name.text;
      const node = source?.statements.find((other) => ts.isFunctionDeclaration(other) && other.name?.text === name);
      if (!node) throw new NotUnderstood(entry, element, `there is no function ${name}`);
      return { name, source, node };
    });
  });
}

const signature = 'tile: i32, scratch: usize, args: usize';

function kernelOf(name, source, node, classes) {
  const parameters = node.parameters.map((parameter) => parameter.getText(source)).join(', ');
  if (parameters !== signature || node.type?.getText(source) !== 'void')
    throw new NotUnderstood(
      source,
      node,
      `${name} is no kernel: its parameters are (${parameters}), not (${signature}): void`,
    );
  const read = [...new Set(classesRead(node, 'args'))];
  if (read.length !== 1)
    throw new NotUnderstood(
      source,
      node,
      `${name} reads its arguments as ${read.join(' and ') || 'nothing'}, not as one class`,
    );
  if (!classes.has(read[0]))
    throw new NotUnderstood(source, node, `${name} reads its arguments as ${read[0]}, which is no class here`);
  return { name, fields: read[0], comment: documentation(source, node) };
}

/** The classes as which `changetype` reads an address, of this name where one is given. */
function classesRead(node, address) {
  const found = [];
  const isRead = (call) => call.expression.getText() === 'changetype' && call.typeArguments;
  const visit = (child) => {
    if (ts.isCallExpression(child) && isRead(child) && (!address || child.arguments[0]?.getText() === address))
      found.push(...child.typeArguments.map((type) => type.getText()));
    ts.forEachChild(child, visit);
  };
  visit(node);
  return found;
}

function documentation(source, node) {
  const range = (ts.getLeadingCommentRanges(source.text, node.pos) ?? []).findLast(({ pos }) =>
    source.text.startsWith('/**', pos),
  );
  return range && source.text.slice(range.pos, range.end);
}

function textOf(kernels, classes, called) {
  const interfaces = classes.map(
    ({ name, fields, file }) =>
      `/** As ${file} reads it. */\nexport interface ${name} {\n${fields.map(memberText).join('')}}\n\n` +
      `const wordsOf${name} = (a: ${name}): number[] => [${fields.map(wordText).join(', ')}];\n`,
  );
  const calls = kernels.map(
    ({ name, fields, comment }) =>
      `${comment ? `  ${comment}\n` : ''}  ${name}: (tiles: number, a: ${fields}): Call => ({ kernel: '${name}', tiles, words: wordsOf${fields}(a) }),\n`,
  );
  const records = classes.filter(({ name }) => !called.has(name));
  return `// Written by scripts/kernels.mjs from src/kernels; not checked in.

/** The kernels by number: both sides of the threads use this list. */
export const kernelNames = [${kernels.map(({ name }) => `'${name}'`).join(', ')}] as const;
export type KernelName = (typeof kernelNames)[number];

/** Bytes that the arguments of a call take at most. */
export const argumentBytes = ${MOST_WORDS * 4};

/** One kernel call: how many tiles, and its arguments as 32-bit words. */
export interface Call {
  kernel: KernelName;
  tiles: number;
  words: number[];
  /** Tile i is thread i's. */
  fixed?: boolean;
}

const float = /* @__PURE__ */ new Float32Array(1);
/** The word that holds a float. */
const bits = (value: number): number => ((float[0] = value), new Int32Array(float.buffer)[0]);

${interfaces.join('\n')}
export const calls = {
${calls.join('')}};

/** Rows of tables that kernels read, as words. */
export const records = {
${records.map(({ name }) => `  ${name}: wordsOf${name},\n`).join('')}};
`;
}

const memberText = ({ name, comment }) => `  ${name}: number;${comment ? ` // ${comment}` : ''}\n`;
const wordText = ({ name, word }) => (word === 'float' ? `bits(a.${name})` : `a.${name}`);
