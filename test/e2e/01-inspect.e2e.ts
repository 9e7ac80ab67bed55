import { appendFileSync, copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Frame } from 'playwright-core';
import { expect, it } from 'vitest';
import { lookAt } from '../workbench/accessibility.ts';
import { choose } from '../workbench/controls.ts';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { copySample, sampleSize } from '../workbench/sample.ts';

const attack = '<img src=x onerror=alert(1)>';
const record = (id: number, text: string, labels: string[]): string => JSON.stringify({ id, text, labels });
const lines = [
  record(1, 'the first document', ['plain']),
  '{"id": 2, "text": "torn in the mid',
  record(3, '', ['plain']),
  record(4, 'nobody labelled this', []),
  record(1, 'the id of the first again', [attack]),
  record(6, `a text with ${attack} in it`, [attack, 'plain']),
  `{"id": 7, "text": "cut off at the end of the fi`,
];

function fill(folder: string): void {
  copySample(folder);
  writeFileSync(join(folder, 'torn.jsonl'), lines.join('\n'));
  writeFileSync(join(folder, 'packed.jsonl.gz'), gzipSync(readFileSync(join(folder, 'glosses', 'test.jsonl'))));
  const long = record(1, `${'word '.repeat(20_000)}end`, ['long']);
  writeFileSync(join(folder, 'long.jsonl'), `${long}\n${record(2, 'short', ['short'])}\n`);
  copyFileSync('test/fixtures/original/rcv-py2-p2.p', join(folder, 'rcv.p'));
  cpSync('test/fixtures/original/rcv', join(folder, 'prepared'), { recursive: true });
  cpSync('test/fixtures/original/eurlex', join(folder, 'features'), { recursive: true });
  writeFileSync(join(folder, 'empty.jsonl'), '');
  const plant = (i: number): string => `${i},some words of text ${i},"plants;${i % 2 ? 'trees, tall' : 'herbs'}"`;
  const plants = ['id,body,tags', ...Array.from({ length: 40 }, (_, i) => plant(i))].join('\n');
  for (const name of ['plants.csv', 'trees.csv']) writeFileSync(join(folder, name), plants);
  writeFileSync(join(folder, 'garbage.jsonl'), '{"text": \n{"text": \n{"text": \n');
}

inWorkbench('1. Inspect Dataset', { fill }, (workbench) => {
  const panel = (): Promise<Frame> => workbench().webview('dataset');
  const tab = async (title: string): Promise<Frame> => {
    const page = await panel();
    await page.getByRole('tab', { name: title }).click();
    return page;
  };
  const inspect = async (file: string): Promise<Frame> => {
    await workbench().explorerMenu(file, 'Inspect Dataset');
    await workbench().tab(file).first().waitFor();
    return panel();
  };

  it('shows overview, frequencies and lengths of a folder with a split', async () => {
    const page = await inspect('glosses');
    const documents = sampleSize('train') + sampleSize('test');
    await page.locator('.overview dl.figures').getByText(documents.toLocaleString('en-US')).waitFor();
    await expect.poll(() => page.locator('.js-plotly-plot .bars path').count()).toBeGreaterThan(20);
    await expect.poll(() => page.locator('.js-plotly-plot .lines path').count()).toBeGreaterThan(0);
    await lookAt(workbench(), '01-overview', 'dataset');
  });

  it('switches between a linear and a logarithmic axis', async () => {
    const page = await panel();
    const ticks = (): Promise<string[]> => page.locator('.js-plotly-plot').first().locator('.ytick').allTextContents();
    const before = await ticks();
    await page.getByText('Log', { exact: true }).first().click();
    await expect.poll(ticks).not.toEqual(before);
  });

  it('draws ranks and lengths of all splits, or of one alone', async () => {
    const page = await panel();
    for (const [title, marks] of [
      [/^Bars: the 30 most frequent labels/, '.bars path'],
      [/^Curve: documents per label, over the rank/, '.lines path'],
      [/^Histogram of document lengths/, '.bars path'],
    ] as const) {
      const plot = page.getByRole('img', { name: title });
      await expect.poll(() => plot.locator('.legend .traces').count()).toBe(2);
      await expect.poll(() => plot.locator(marks).count()).toBeGreaterThan(1);
    }
    const bars = page.getByRole('img', { name: /^Bars/ }).locator('.bars path');
    const overlaid = await bars.count();
    await page.getByRole('checkbox', { name: 'Overlay splits' }).click();
    await expect.poll(() => bars.count()).toBe(overlaid / 2);
    await workbench().screenshot('01-overview-one-split');
    await page.getByRole('checkbox', { name: 'Overlay splits' }).click();
    await expect.poll(() => bars.count()).toBe(overlaid);
  });

  it('sorts and pages the labels, with counts, shares and example documents', async () => {
    const page = await tab('Labels');
    const counts = new Map<string, number>();
    const train = readFileSync('examples/glosses/train.jsonl', 'utf8').trimEnd().split('\n');
    const labelled = train.map((line) => (JSON.parse(line) as { labels: string[] }).labels);
    for (const label of labelled.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
    const grid = page.getByRole('grid', { name: 'Labels' });
    const row = (n: number): Promise<string[]> => grid.getByRole('row').nth(n).getByRole('gridcell').allInnerTexts();
    const [most, documents] = [...counts].sort(([, a], [, b]) => b - a)[0];
    const share = `${((100 * documents) / labelled.length).toFixed(2)}%`;
    await expect.poll(() => row(1)).toEqual(expect.arrayContaining([most, String(documents), share]));
    await grid.getByRole('button', { name: 'Label' }).click();
    await expect.poll(async () => (await row(1))[0]).toBe([...counts.keys()].sort()[0]);
    await page.getByRole('button', { name: 'Next Page' }).click();
    await page.getByText(`51–${counts.size} of ${counts.size}`).waitFor();
    await expect.poll(async () => (await row(1))[0]).toBe([...counts.keys()].sort()[50]);
    await page.getByRole('button', { name: 'First Page' }).click();
    const first = [...counts.keys()].sort()[0];
    const line = labelled.findIndex((labels) => labels.includes(first)) + 1;
    await grid
      .getByText(`line ${line.toLocaleString('en-US')}`, { exact: true })
      .first()
      .click();
    await page.locator('.reader').getByText(first, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
  });

  it('is used with the keyboard: rows, pages and an entry of a table', async () => {
    const page = await tab('Labels');
    const { keyboard } = workbench().page;
    const grid = page.getByRole('grid', { name: 'Labels' });
    await grid.getByRole('row').nth(1).focus();
    await keyboard.press('ArrowDown');
    const isFocused = (n: number): Promise<boolean> =>
      grid
        .getByRole('row')
        .nth(n)
        .evaluate((row) => row === document.activeElement);
    await expect.poll(() => isFocused(2)).toBe(true);
    await workbench().screenshotInThemes('01-focus');
    await keyboard.press('PageDown');
    await page.getByText('51–58 of 58').waitFor();
    await keyboard.press('Home');
    await expect.poll(() => isFocused(1)).toBe(true);
    const label = await grid.getByRole('row').nth(1).getByRole('gridcell').first().innerText();
    await keyboard.press('Enter');
    await page.locator('.filter-chip').getByText(label, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Show All Documents' }).click();
    await page.getByRole('tab', { name: 'Documents' }).focus();
    await keyboard.press('ArrowRight');
    await expect.poll(() => page.getByRole('tab', { name: 'Words' }).getAttribute('aria-selected')).toBe('true');
  });

  it('searches the labels, shows the documents of one, and one of these to read', async () => {
    let page = await tab('Labels');
    await page.locator('input[placeholder="Search labels"]').filter({ visible: true }).fill('furnit');
    await page.getByRole('row').filter({ hasText: 'furniture' }).waitFor();
    await expect.poll(() => page.getByRole('row').count()).toBe(2); // with the head
    await lookAt(workbench(), '01-labels', 'dataset');
    page = await panel();
    await page.getByRole('grid', { name: 'Labels' }).getByText('furniture', { exact: true }).click();
    const first = page.getByRole('grid', { name: 'Documents' }).getByRole('row').nth(1);
    await first.filter({ hasText: 'furniture' }).waitFor();
    await first.focus();
    await workbench().page.keyboard.press('Enter');
    await workbench().editor.locator('.view-line').filter({ hasText: 'furniture' }).first().waitFor();
    await workbench().screenshot('01-document-opened');
  });

  it('finds documents by their text and opens one at its line in the editor', async () => {
    await inspect('glosses');
    const page = await tab('Documents');
    const train = readFileSync('examples/glosses/train.jsonl', 'utf8').split('\n');
    const line = 1234;
    const { id } = JSON.parse(train[line - 1]) as { id: string };
    const clear = page.getByRole('button', { name: 'Show All Documents' });
    if (await clear.count()) await clear.click();
    await page.locator('input[placeholder="Search texts and ids"]').fill(id);
    const row = page.getByRole('grid', { name: 'Documents' }).getByRole('row').filter({ hasText: id });
    await row.waitFor();
    await row.getByRole('button').last().click();
    await page
      .locator('.reader')
      .getByText(`line ${line.toLocaleString('en-US')}`)
      .waitFor();
    await lookAt(workbench(), '01-documents', 'dataset');
    await (await panel()).getByText('Open in Editor').click();
    await workbench().statusBar(`Ln ${line}, Col 1`).waitFor();
    expect(await workbench().visibleText()).toContain(id);
  });

  it('asks the documents for labels, lengths and an expression, by keyboard alone, and exports them', async () => {
    await inspect('glosses');
    const page = await tab('Documents');
    const { keyboard } = workbench().page;
    const shown = page.locator('.list-part').getByRole('status');
    const search = page.locator('input[placeholder="Search texts and ids"]');
    await search.fill('');
    const field = page.getByRole('combobox', { name: 'Filter by label' });
    await field.focus();
    for (const label of ['animal', 'bird']) {
      await keyboard.type(label);
      await page.getByRole('option', { name: label }).first().waitFor();
      await keyboard.press('Enter');
      await page.locator('.filter-chip').getByText(label, { exact: true }).waitFor();
    }
    await choose(page, 'How bird counts', 'not');
    await search.fill('(water|sea).*fish');
    await page.getByRole('button', { name: 'Use Regular Expression' }).focus();
    await keyboard.press('Space');
    const train = readFileSync('examples/glosses/train.jsonl', 'utf8').trimEnd().split('\n');
    const expected = train.filter((line) => {
      const { text, labels } = JSON.parse(line) as { text: string; labels: string[] };
      return labels.includes('animal') && !labels.includes('bird') && /(water|sea).*fish/i.test(text);
    });
    await shown.getByText(new RegExp(`^${expected.length} documents?$`)).waitFor();
    await page.getByRole('grid', { name: 'Documents' }).locator('mark').first().waitFor();
    await lookAt(workbench(), '01-filtered', 'dataset');
    await page.getByRole('button', { name: 'Export…' }).click();
    await workbench().save();
    await page.getByText(/written to/).waitFor();
    const written = readdirSync(workbench().workspace).find((name) => name.endsWith('-part.jsonl'))!;
    expect(readFileSync(join(workbench().workspace, written), 'utf8')).toBe(`${expected.join('\n')}\n`);
    await search.fill('(water');
    await page.getByRole('alert').getByText('Not a regular expression: Unterminated group').waitFor();
    await lookAt(workbench(), '01-bad-expression', 'dataset');
    await page.getByRole('button', { name: 'Use Regular Expression' }).click();
    await page.getByRole('button', { name: 'Show All Documents' }).click();
    await search.fill('');
  });

  it('lists the findings with their lines', async () => {
    await inspect('torn.jsonl');
    const page = await tab('Reading Problems');
    for (const found of ['Torn line', 'Empty document', 'Unlabelled document', 'Repeated id'])
      await page.getByRole('row').filter({ hasText: found }).first().waitFor();
    await lookAt(workbench(), '01-findings', 'dataset');
    await (
      await panel()
    )
      .getByRole('row')
      .filter({ hasText: 'Unlabelled document' })
      .getByText('4', { exact: true })
      .first()
      .click();
    await workbench().statusBar('Ln 4, Col 1').waitFor();
  });

  it('shows a label that looks like HTML as the text that it is', async () => {
    let isAlerted = false;
    workbench().page.on('dialog', () => (isAlerted = true));
    await inspect('torn.jsonl');
    const page = await tab('Labels');
    await page.getByRole('grid', { name: 'Labels' }).getByText(attack, { exact: true }).waitFor();
    await (await tab('Overview')).locator('.js-plotly-plot').first().waitFor();
    await workbench().screenshot('01-attack-overview');
    await (await tab('Labels')).getByRole('grid', { name: 'Labels' }).getByText(attack, { exact: true }).click();
    await page.getByRole('grid', { name: 'Documents' }).getByText(attack).first().waitFor();
    await workbench().screenshot('01-attack');
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    expect(isAlerted).toBe(false);
  });

  it.each(['packed.jsonl.gz', 'long.jsonl'])('opens a record of %s as a document of its own', async (file) => {
    await inspect(file);
    const page = await tab('Documents');
    const row = page.getByRole('grid', { name: 'Documents' }).getByRole('row').nth(1);
    await row.waitFor();
    await row.getByRole('button').last().click();
    await page.getByText('Open in Editor').click();
    await workbench().statusBar('Dataset Document').waitFor();
    await workbench()
      .codeLens(/line 1|raw/i)
      .first()
      .waitFor();
    await workbench().screenshot(`01-record-${file.split('.')[0]}`);
  });

  it('leads from a record of its own to its raw line', async () => {
    await workbench()
      .codeLens(/Raw line 1 of long\.jsonl/)
      .first()
      .click();
    await workbench().statusBar('Ln 1, Col 1').waitFor();
    await expect.poll(() => workbench().visibleText()).toMatch(/^\{"id":1,"text":"word /);
  });

  it('shows a long text piece by piece', async () => {
    await inspect('long.jsonl');
    const page = await tab('Documents');
    await page.getByRole('grid', { name: 'Documents' }).getByRole('row').nth(1).getByRole('button').last().click();
    const reader = page.locator('.reader');
    const more = reader.getByText(/Show More \([\d,]+ characters left\)/);
    await more.waitFor();
    expect(await reader.getByText(/end$/).count()).toBe(0);
    await expect
      .poll(async () => {
        await more.click({ timeout: 1000 }).catch(() => {}); // the last click takes the button away
        return reader.getByText(/end$/).count();
      })
      .toBe(1);
  });

  it('says what is wrong with a file that holds no dataset, and what can be done', async () => {
    await inspect('empty.jsonl');
    let page = await panel();
    await page.getByRole('heading', { name: 'The file is empty' }).waitFor();
    await page.getByRole('button', { name: 'Reload' }).first().waitFor();
    await lookAt(workbench(), '01-empty', 'dataset');
    await inspect('garbage.jsonl');
    page = await panel();
    await page.getByRole('alert').getByText('The format of this file cannot be recognised').waitFor();
    await page.getByRole('alert').getByText('Set "format" to one of').waitFor();
    await lookAt(workbench(), '01-garbage', 'dataset');
    await page.getByRole('alert').getByRole('button', { name: 'Read As…' }).click();
    const form = page.getByRole('region', { name: 'Read As' });
    await form.getByRole('alert').getByText('The format of this file cannot be recognised').waitFor();
    await choose(page, 'Format', 'jsonl');
    await form.getByText('No document would be read; 3 records would be left out').waitFor();
    await form.getByRole('button', { name: 'Apply' }).click();
    page = await panel();
    await page.getByText('The findings below say why').waitFor();
    await page.getByRole('row').filter({ hasText: 'Malformed record' }).first().waitFor();
    rmSync(join(workbench().workspace, 'garbage.jsonl'));
    await page.getByRole('button', { name: 'Reload' }).first().click();
    page = await panel();
    await page
      .getByRole('alert')
      .getByText(/no such file|There is no|not found|does not exist/i)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Try Again' }).waitFor();
    expect(await page.getByText('has changed since it was read').count()).toBe(0);
    await lookAt(workbench(), '01-failed', 'dataset');
  });

  it('says how a file is read, and shows the first rows of another reading while it is chosen', async () => {
    let page = await inspect('plants.csv');
    const line = page.getByRole('list', { name: 'Read as', exact: true });
    await line.getByText('split at ";"').waitFor();
    await page.getByRole('list', { name: 'Read as: doubtful' }).getByText('"plants"').waitFor();
    await line.getByRole('button', { name: 'labelSeparator' }).click();
    const form = page.getByRole('region', { name: 'Read As' });
    const rows = form.getByRole('table', { name: 'The first rows, as they would be read' });
    const labels = (): Promise<string[]> => rows.getByRole('row').nth(2).getByRole('listitem').allInnerTexts();
    await expect.poll(labels).toEqual(['plants', 'trees, tall']);
    await workbench().page.keyboard.type('none'); // the separator's field has the focus
    await expect.poll(labels).toEqual(['plants;trees, tall']);
    await form.getByRole('list', { name: 'Would be read as', exact: true }).getByText('not split').waitFor();
    await line.getByText('split at ";"').waitFor(); // nothing is applied yet
    const text = form.getByRole('textbox', { name: 'Text fields' });
    await text.fill('nothing');
    await form.getByRole('alert').getByText('There is no field "nothing"').waitFor();
    await form.getByRole('alert').getByText('Set "textField" to one of: id, body, tags').waitFor();
    expect(await rows.count()).toBe(0);
    await text.fill('id, body');
    await rows.getByText('1 some words of text 1', { exact: true }).waitFor();
    await choose(page, 'Encoding', 'koi8-r');
    await form.getByRole('list', { name: 'Would be read as', exact: true }).getByText('koi8-r').waitFor();
    await lookAt(workbench(), '01-read-as', 'dataset');
    await workbench().page.setViewportSize({ width: 900, height: 700 });
    await text.focus();
    for (let tab = 0; tab < 5; tab++) {
      await workbench().page.keyboard.press('Tab');
      const gap = async (): Promise<number> => {
        const rowsShown = (await form.locator('.reading-preview').boundingBox())!;
        return (await form.locator('.reading-field:focus-within').boundingBox())!.y - rowsShown.y - rowsShown.height;
      };
      await expect.poll(gap).toBeGreaterThanOrEqual(0); // the rows cover no choice that has the focus
    }
    await workbench().screenshotInThemes('01-read-as-narrow');
    await workbench().page.setViewportSize({ width: 1400, height: 900 });
    page = await panel();
    await form.getByRole('button', { name: 'Apply' }).click();
    await line.getByText('text from "id" and "body"').waitFor();
    await line.getByText('not split').waitFor();
    expect(await form.count()).toBe(0);
    await (await tab('Labels')).getByRole('grid', { name: 'Labels' }).getByText('plants;trees, tall').waitFor();
    await page.getByRole('button', { name: 'Create Run Config' }).click();
    await workbench().tab('plants.xmlcnn.json').waitFor();
    await expect.poll(() => workbench().visibleText()).toContain('"labelSeparator": "none"');
    const written = readFileSync(join(workbench().workspace, 'plants.xmlcnn.json'), 'utf8');
    expect(written).toContain('"textField": ["id", "body"]');
    expect(written).toContain('"encoding": "koi8-r"');
  });

  it('keeps choices of Read As that were not applied while the page is hidden, and forgets them when they are left', async () => {
    let page = await inspect('trees.csv');
    await page.getByRole('button', { name: 'Read As…' }).click();
    await page.getByRole('textbox', { name: 'Label field' }).fill('id');
    await page.getByRole('region', { name: 'Read As' }).getByText('labels from "id"').waitFor();
    await inspect('long.jsonl');
    page = await inspect('trees.csv');
    const form = page.getByRole('region', { name: 'Read As' });
    await form.getByText('labels from "id"').waitFor();
    expect(await form.getByRole('textbox', { name: 'Label field' }).inputValue()).toBe('id');
    await form.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => form.count()).toBe(0);
    await page.getByRole('list', { name: 'Read as', exact: true }).getByText('labels from "tags"').waitFor();
  });

  it('says that what it shows is stale once the file has changed', async () => {
    await inspect('long.jsonl');
    appendFileSync(join(workbench().workspace, 'long.jsonl'), `${record(3, 'one more', ['short'])}\n`);
    await (await panel()).getByText('long.jsonl has changed since it was read').waitFor();
    await lookAt(workbench(), '01-stale', 'dataset');
  });

  it('takes any file through the palette', async () => {
    writeFileSync(join(workbench().workspace, 'data.records'), `${lines[0]}\n`);
    await workbench().runCommand('XML-CNN: Inspect Dataset');
    await workbench().chooseFile('data.records');
    await workbench().tab('data.records').waitFor();
    await (await panel()).getByRole('tab', { name: 'Labels' }).waitFor();
  });

  it('is there again after a reload of the window', async () => {
    await workbench().pagesStored('data.records', 'glosses');
    await workbench().reload();
    await workbench().tab('data.records').waitFor();
    await (await panel()).getByRole('tab', { name: 'Labels' }).waitFor();
    await workbench().tab('glosses').click();
    await (await panel()).getByText('glosses', { exact: true }).first().waitFor();
  });

  it('reads what the original program read: a pickle, scipy and NumPy matrices', async () => {
    for (const [name, format] of [
      ['rcv.p', 'pickle: '],
      ['prepared', 'numpy-ids: '],
      ['features', 'numpy-bow: '],
    ]) {
      const page = await inspect(name);
      await page.getByText(format).first().waitFor();
      await page.locator('.overview dl.figures').waitFor();
    }
    await (await panel()).getByText('A bag of words: there is no word order').waitFor();
  });
});
