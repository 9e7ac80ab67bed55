import { el, replaceChildren, uniqueId, type Child } from './el.ts';
import { t } from '../l10n.ts';

interface SuggestOptions<Item> {
  label: string;
  placeholder: string;
  /** What begins with, or holds, what was typed; asked for again as more is typed. */
  load(typed: string): Promise<readonly Item[]>;
  render(item: Item): Child[];
  onChoose(item: Item): void;
}

/** Milliseconds that it waits for more letters. */
const typingPause = 120;

/** A field to choose one of very many by typing a part of it: arrow keys open the list and move through it, Enter chooses, Escape closes it. */
export function suggestField<Item>(options: SuggestOptions<Item>): HTMLElement {
  return new SuggestField(options).element;
}

class SuggestField<Item> {
  private readonly listId = uniqueId('suggestions');
  private readonly input = el('input', {
    class: 'input',
    attributes: {
      type: 'text',
      role: 'combobox',
      'aria-autocomplete': 'list',
      'aria-controls': this.listId,
      autocomplete: 'off',
    },
  });
  private readonly list = el('ul', { class: 'suggestions', attributes: { id: this.listId, role: 'listbox' } });
  private readonly said = el('span', { class: 'visually-hidden', attributes: { role: 'status' } });
  readonly element = el('span', { class: 'suggest' }, this.input, this.list, this.said);
  private items: readonly Item[] = [];
  private at = 0;
  private typing?: ReturnType<typeof setTimeout>;
  /** Answers that a later question has overtaken are dropped. */
  private latest = 0;

  constructor(private readonly options: SuggestOptions<Item>) {
    const { input, list } = this;
    input.setAttribute('aria-label', options.label);
    list.setAttribute('aria-label', options.label);
    input.placeholder = options.placeholder;
    input.addEventListener('input', () => this.askSoon());
    input.addEventListener('click', () => this.askSoon());
    input.addEventListener('blur', () => this.close());
    input.addEventListener('keydown', (event) => this.onKey(event));
    list.addEventListener('mousedown', (event) => event.preventDefault()); // the field keeps the focus
    this.close();
  }

  private askSoon(): void {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => void this.ask(), typingPause);
  }

  private async ask(): Promise<void> {
    const request = ++this.latest;
    const items = await this.options.load(this.input.value.trim());
    if (request !== this.latest || document.activeElement !== this.input) return;
    this.items = items;
    this.at = 0;
    this.draw();
  }

  private draw(): void {
    const rows = this.items.map((item, i) =>
      el(
        'li',
        {
          attributes: {
            id: this.idOf(i),
            role: 'option',
            'aria-selected': i === this.at ? 'true' : 'false',
            dir: 'auto',
          },
          on: { click: () => this.choose(i) },
        },
        ...this.options.render(item),
      ),
    );
    replaceChildren(this.list, ...rows);
    const isOpen = rows.length > 0;
    this.list.hidden = !isOpen;
    this.input.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) this.input.setAttribute('aria-activedescendant', this.idOf(this.at));
    else this.input.removeAttribute('aria-activedescendant');
    rows[this.at]?.scrollIntoView({ block: 'nearest' });
    this.said.textContent = isOpen || this.input.value === '' ? '' : t('Nothing is called like this.');
  }

  private idOf(i: number): string {
    return `${this.listId}-${i}`;
  }

  private choose(i: number): void {
    const item = this.items[i];
    if (item === undefined) return;
    this.input.value = '';
    this.close();
    this.options.onChoose(item);
  }

  private close(): void {
    clearTimeout(this.typing);
    this.latest++;
    this.items = [];
    this.draw();
  }

  private onKey(event: KeyboardEvent): void {
    const { length } = this.items;
    const move = (to: number): void => {
      this.at = (to + length) % length;
      this.draw();
    };
    const keys: Partial<Record<string, () => void>> = {
      ...(length > 0 && {
        ArrowDown: () => move(this.at + 1),
        ArrowUp: () => move(this.at - 1),
        Enter: () => this.choose(this.at),
        Escape: () => this.close(),
      }),
      ...(length === 0 && { ArrowDown: () => void this.ask() }),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}
