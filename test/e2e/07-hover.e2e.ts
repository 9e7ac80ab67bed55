import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lookAt } from '../workbench/accessibility.ts';
import { inWorkbench } from '../workbench/inWorkbench.ts';
import { parquet } from '../fixtures/recordFiles.ts';
import { copySample, sampleConfig, trainConfig, trainSample } from '../workbench/sample.ts';

const text = 'a large bird of prey with a hooked beak and broad wings';

type Gloss = { id: string; text: string; labels: string[] };
const glosses = (split: 'train' | 'test'): Gloss[] =>
  readFileSync(`examples/glosses/${split}.jsonl`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Gloss);
const linesOf = (documents: object[]): string => documents.map((document) => `${JSON.stringify(document)}\n`).join('');

/** The sample with numbers from 701 for labels, their names beside it; `unseen` stands in a file alone that no run knows. */
function fillNumbers(folder: string): void {
  const names = [...new Set([...glosses('train'), ...glosses('test')].flatMap(({ labels }) => labels)), 'unseen'];
  const numbered = (documents: Gloss[]): Gloss[] =>
    documents.map((one) => ({ ...one, labels: one.labels.map((label) => String(701 + names.indexOf(label))) }));
  mkdirSync(join(folder, 'numbers'));
  const put = (name: string, text: string): void => writeFileSync(join(folder, 'numbers', name), text);
  for (const split of ['train', 'test'] as const) put(`${split}.jsonl`, linesOf(numbered(glosses(split))));
  put('later.jsonl', linesOf(numbered(glosses('test').map((one) => ({ ...one, labels: [...one.labels, 'unseen'] })))));
  put('label_names.tsv', names.map((name, i) => `${701 + i}\t${name}\n`).join(''));
  const config = JSON.parse(sampleConfig('numbered', 5)) as { dataset: object };
  config.dataset = { train: 'numbers/train.jsonl', test: 'numbers/test.jsonl' };
  trainConfig(folder, 'numbered', `${JSON.stringify(config)}\n`);
}

function fill(folder: string): void {
  copySample(folder);
  fillNumbers(folder);
  writeFileSync(join(folder, 'one-line.json'), JSON.stringify(glosses('test')));
  writeFileSync(join(folder, 'pretty.json'), JSON.stringify(glosses('test').slice(0, 20), null, 2));
  writeFileSync(join(folder, 'boats.parquet'), Buffer.from(parquet, 'base64'));
  trainSample(folder, 'first', 5);
  trainSample(folder, 'second', 2, { seed: 2 });
  const escaped = JSON.stringify({ text: `a "large"\n\tbird of prey, \\ not a caf\u00e9`, labels: ['animal'] });
  const ascii = escaped.replace('\u00e9', '\\u00e9');
  writeFileSync(join(folder, 'escaped.jsonl'), `${ascii}\r\n${ascii.replace('bird', 'fish')}\r\n`);
  const row = (n: number): string => `"a ""large"", fierce bird of prey with wings",animal\n`.repeat(n);
  writeFileSync(join(folder, 'quoted.csv'), `text,labels\n${row(4)}`);
  const lines = readFileSync('examples/glosses/test.jsonl', 'utf8');
  writeFileSync(join(folder, 'large.jsonl'), lines.repeat(Math.ceil((51 << 20) / Buffer.byteLength(lines))));
  writeFileSync(join(folder, 'notes.md'), `# Notes\n\n${text}\n`);
}

inWorkbench('7. hover over a document', { fill }, (workbench) => {
  it('tells labels with probabilities, marks the true ones, and says why', async () => {
    await workbench().openFile('glosses/test.jsonl');
    await workbench().statusBar('second').waitFor(); // the newest run's model
    // one that this model predicts a label for: where none passes the threshold, nothing is shown
    const { text, labels } = JSON.parse(readFileSync('examples/glosses/test.jsonl', 'utf8').split('\n')[0]) as {
      text: string;
      labels: string[];
    };
    const hover = await workbench().hover(text.slice(0, 12));
    await hover.getByText('Because of').waitFor();
    expect(await hover.innerText()).toMatch(/\d%|0\.\d/);
    expect(await hover.innerText()).toContain(labels[0]);
    await workbench().screenshotInThemes('07-hover', async () => {
      await workbench().page.mouse.move(5, 5);
      await workbench().hover(text.slice(0, 12));
    });
  });

  it('switches to another model', async () => {
    await workbench().runCommand('XML-CNN: Select Model');
    await workbench().screenshot('07-select-model');
    await workbench().pick('first');
    await workbench().statusBar('first').waitFor();
  });

  it('tells the labels of a paragraph in Markdown', async () => {
    await workbench().openFile('notes.md');
    const hover = await workbench().hover('bird of prey');
    await hover.getByText('animal').first().waitFor();
    expect(await hover.innerText()).toContain('Model: first');
    await workbench().screenshot('07-paragraph');
  });

  it('highlights the words that speak for a label', async () => {
    await workbench().goTo(3, 5);
    await workbench().runCommand('XML-CNN: Highlight Evidence');
    await workbench()
      .page.locator('.quick-input-list .monaco-list-row')
      .filter({ hasText: 'animal' })
      .first()
      .waitFor();
    await workbench().screenshot('07-pick-label');
    await workbench().pick('animal');
    await workbench().statusBar('Marked: what speaks for animal').waitFor();
    await workbench().screenshotInThemes('07-evidence');
    await workbench().editor.click();
    await workbench().page.keyboard.press('Escape');
    await workbench().statusBar('Marked: what speaks').waitFor({ state: 'detached' });
  });

  it('predicts the labels of a selection', async () => {
    await workbench().goTo(3, 1);
    await workbench().page.keyboard.press('Shift+End');
    await workbench().runCommand('XML-CNN: Predict Labels for Selection');
    await workbench()
      .page.locator('.quick-input-list .monaco-list-row')
      .filter({ hasText: 'animal' })
      .first()
      .waitFor();
    await workbench().screenshot('07-predict-selection');
    await workbench().page.keyboard.press('Escape');
  });

  it('speaks of the selection where there is one', async () => {
    await workbench().goTo(3, 9);
    for (let i = 0; i < 3; i++) await workbench().page.keyboard.press('Control+Shift+ArrowRight');
    const hover = await workbench().hover('bird');
    await hover.getByText(/\b3 words/).waitFor();
    await workbench().screenshot('07-selection');
  });

  it.each([
    ['escaped.jsonl', 'JSON escapes and CR LF'],
    ['quoted.csv', 'CSV quoting'],
  ])('marks the words of %s where they stand in the file: %s', async (file) => {
    await workbench().openFile(file);
    await workbench().goTo(file.endsWith('.csv') ? 2 : 1, 12);
    await workbench().runCommand('XML-CNN: Highlight Evidence');
    await workbench().pick('animal');
    await workbench().statusBar('Marked: what speaks for animal').waitFor();
    await workbench().screenshot(`07-evidence-${file.split('.')[0]}`);
    const { x, width } = await workbench().boxOf('bird');
    const isMarked = (): Promise<boolean> =>
      workbench()
        .editor.locator('.view-overlays .cdr')
        .evaluateAll(
          (marks, word) =>
            marks
              .map((mark) => mark.getBoundingClientRect())
              .some((box) => Math.abs(box.x - word.x) < 3 && Math.abs(box.width - word.width) < 6),
          { x, width },
        );
    await expect.poll(isMarked).toBe(true);
    await workbench().page.keyboard.press('Escape');
  });

  it('opens what is under the mouse in the Predictions panel', async () => {
    await workbench().openFile('glosses/test.jsonl');
    const { text } = JSON.parse(readFileSync('examples/glosses/test.jsonl', 'utf8').split('\n')[0]) as { text: string };
    await workbench().page.mouse.move(5, 5);
    const hover = await workbench().hover(text.slice(0, 12));
    await hover.getByText('Because of').waitFor();
    await hover.getByText('Open in Predictions').click();
    const panel = await workbench().webview('predictions');
    await panel.locator('.reader').getByText(text.slice(0, 12)).first().waitFor();
    await panel.getByText(/test\.jsonl, line 1$/).waitFor();
    await lookAt(workbench(), '07-record', 'predictions');
    await workbench().runCommand('View: Close Editor');
  });

  it('tells the labels of a record in a JSON document', async () => {
    await workbench().openFile('pretty.json');
    const hover = await workbench().hover('distributed edible');
    await hover.getByText('Because of').waitFor();
    expect(await hover.innerText()).toMatch(/fungus[^]*(?:hit|missed)/);
    await workbench().screenshotInThemes('07-json');
  });

  it.each([
    ['boats.parquet', 'two hills', undefined], // the model predicts nothing for it: no hover
    ['one-line.json', 'widely distributed', 2],
  ])('opens a document of %s alone, where it can be pointed at', async (file, words, number) => {
    await workbench().explorerMenu(file, 'Inspect Dataset');
    await workbench().tab(file).first().waitFor();
    const page = await workbench().webview('dataset');
    await page.getByRole('tab', { name: 'Documents' }).click();
    const row = page.getByRole('grid', { name: 'Documents' }).getByRole('row').filter({ hasText: words });
    await row.getByRole('button').last().click();
    await page.getByText('Open in Editor').click();
    await workbench().statusBar('Dataset Document').waitFor();
    if (number !== undefined) {
      const hover = await workbench().hover(words);
      await hover.getByText('Because of').waitFor();
      expect(await hover.innerText()).toMatch(/missed|hit/);
      await workbench().screenshot(`07-alone-${file.split('.')[0]}`);
      await hover.getByText('Open in Predictions').click();
      const panel = await workbench().webview('predictions');
      await panel.locator('.reader').filter({ hasText: words }).waitFor();
      await panel.getByText(new RegExp(`${file.replace('.', '\\.')}, document ${number}$`)).waitFor();
      await workbench().runCommand('View: Close Editor');
    }
    const fields = async (): Promise<string> => {
      const lens = workbench().codeLens(`All fields in ${file}`).first();
      await lens.click({ timeout: 1000 }).catch(() => {}); // an editor that comes back asks for its lenses again
      return workbench().visibleText();
    };
    await expect.poll(fields, { interval: 2000 }).toMatch(/"labels": \[/);
    await workbench().runCommand('View: Close All Editors');
  });

  it('calls labels by their names where they are numbers, also those that the model does not know', async () => {
    await workbench().runCommand('XML-CNN: Select Model');
    await workbench().pick('numbered');
    await workbench().statusBar('numbered').waitFor();
    for (const file of ['numbers/test.jsonl', 'numbers/later.jsonl']) {
      await workbench().openFile(file);
      const hover = await workbench().hover('widely distributed');
      await hover.getByText('Because of').waitFor();
      const shown = await hover.innerText();
      expect(shown).toContain('fungus');
      if (file.endsWith('later.jsonl')) expect(shown).toContain('unseen');
      expect(shown).not.toMatch(/\b7\d\d\b/);
      await workbench().screenshot(`07-names-${file.endsWith('later.jsonl') ? 'unknown' : 'known'}`);
      await workbench().page.mouse.move(5, 5);
    }
    await workbench().runCommand('XML-CNN: Select Model');
    await workbench().pick('first');
    await workbench().openFile('notes.md'); // the dataset keeps the model that was trained on it
    await workbench().statusBar('first').waitFor();
  });

  it('says why there is no hover in a file over 50 MB, and has it in a record alone', async () => {
    await workbench().focusExplorer();
    await workbench().explorerRow('large.jsonl').dblclick(); // this editor does not show it, but says so
    await workbench().toast('is over 50 MB').waitFor();
    await workbench().screenshotInThemes('07-large');
    await workbench().press('Open a Record');
    await workbench().answer('3');
    await workbench().statusBar('Dataset Document').waitFor();
    await workbench()
      .codeLens(/Raw line 3 of large\.jsonl/)
      .first()
      .waitFor();
    const hover = await workbench().hover('church father');
    await hover.getByText('Because of').waitFor();
    expect(await hover.innerText()).toMatch(/missed|hit/);
    await workbench().screenshot('07-large-record');
    await workbench().page.mouse.move(5, 5);
    await workbench().goTo(1, 1);
    await workbench().runCommand('XML-CNN: Highlight Evidence');
    await workbench().pick('person');
    await workbench().statusBar('Marked: what speaks for person').waitFor();
    await workbench()
      .codeLens(/Raw line 3/)
      .first()
      .click();
    await expect.poll(() => workbench().visibleText()).toContain('"n11035076"');
  });

  it('lets the model be chosen from the status bar', async () => {
    await workbench().statusBar('first').last().click();
    await workbench().pick('second');
    await workbench().statusBar('second').waitFor();
    await workbench().statusBar('second').last().click();
    await workbench().pick('first');
  });

  it('is off in one setting', async () => {
    await workbench().openFile('notes.md');
    workbench().setSettings({ 'xmlcnn.hover.enabled': false });
    const { page } = workbench();
    const shown = page.locator('.monaco-hover:visible').filter({ hasText: 'Model:' });
    const appears = async (): Promise<boolean> => {
      await page.mouse.move(5, 5);
      await shown.waitFor({ state: 'hidden' });
      const { x, y, height } = await workbench().boxOf('bird of prey');
      await page.mouse.move(x + 20, y + height / 2, { steps: 5 });
      return shown.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
    };
    await expect.poll(appears, { timeout: 60_000 }).toBe(false);
  });
});
