import type {
  Config,
  Data,
  Layout,
  PlotDatum,
  PlotlyHTMLElement,
  PlotMouseEvent,
  PlotSelectionEvent,
} from 'plotly.js/lib/core';
import { styled, themed, type Trace } from './plotStyle.ts';
import { onThemeChange, type PlotTheme, readTheme } from './theme.ts';
import { t } from '../l10n.ts';
import type { SavedImage } from '../protocol.ts';

export interface Figure {
  /**
   * Names, categories, texts and custom data are taken as text. A trace without style of its own gets colour, dash and
   * marker by its position; a function is asked again for every theme.
   */
  traces: readonly Trace[] | ((theme: PlotTheme) => readonly Trace[]);
  /** On top of the theme's. Text in it is Plotly's markup: see `plotText`. */
  layout?: Partial<Layout> | ((theme: PlotTheme) => Partial<Layout>);
  /** What is to be seen, in words. */
  description: string;
}

/** The point that was clicked, by the positions of its trace and in its data. */
export interface PlotClick {
  trace: number;
  point: number;
  /** Row and column of a heat map's cell. */
  cell?: [row: number, column: number];
}

export interface PlotOptions {
  onClick?(click: PlotClick): void;
  /** Points inside a lasso or a box; undefined where the selection was undone. */
  onSelect?(points: PlotClick[] | undefined): void;
}

export interface Plot {
  update(figure: Figure): void;
  resize(): void;
  /** Makes both axes `factor` times as long, around their middle. */
  zoom(factor: number): void;
  /** A data URL, with a legend; two pixels for each of the screen's by default. */
  toPng(scale?: number): Promise<string>;
  /** The SVG's source. */
  toSvg(): Promise<string>;
  dispose(): void;
}

const config: Partial<Config> = {
  displayModeBar: false,
  displaylogo: false,
  doubleClick: 'reset+autosize',
  showTips: false,
};

/** Draws a figure into an element that has a size (class `plot`), in the theme's colours; Plotly is loaded on first use. */
export function plot(container: HTMLElement, figure: Figure, options: PlotOptions = {}): Plot {
  return new PlotView(container, figure, options);
}

/** Loaded once. */
const load = (): Promise<typeof import('./plotly.ts')> => import('./plotly.ts');

class PlotView implements Plot {
  private drawing: Promise<void> = Promise.resolve();
  private isDrawn = false;
  private isStale = false;
  private isDisposed = false;
  private readonly observer: ResizeObserver;
  private readonly stopThemes: () => void;

  constructor(
    private readonly container: HTMLElement,
    private figure: Figure,
    private readonly options: PlotOptions,
  ) {
    container.classList.add('plot');
    container.setAttribute('role', 'img');
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(container);
    this.stopThemes = onThemeChange(() => this.draw());
    this.draw();
  }

  update(figure: Figure): void {
    this.figure = figure;
    this.draw();
  }

  resize(): void {
    this.draw();
  }

  zoom(factor: number): void {
    if (!this.isDrawn) return;
    void load().then(({ plotly }) => {
      const element = this.container as PlotlyHTMLElement;
      const { xaxis, yaxis } = (element as unknown as { _fullLayout: Record<'xaxis' | 'yaxis', { range?: unknown[] }> })
        ._fullLayout;
      const wider = ({ range = [0, 1] }: { range?: unknown[] }): [number, number] => {
        const [from, to] = range as [number, number];
        const [middle, half] = [(from + to) / 2, ((to - from) / 2) * factor];
        return [middle - half, middle + half];
      };
      return plotly.relayout(element, { 'xaxis.range': wider(xaxis), 'yaxis.range': wider(yaxis) } as Partial<Layout>);
    });
  }

  toPng(scale = 2): Promise<string> {
    return this.toImage({ format: 'png', scale });
  }

  async toSvg(): Promise<string> {
    const url = await this.toImage({ format: 'svg' });
    return decodeURIComponent(url.slice(url.indexOf(',') + 1));
  }

  /** For use elsewhere: not smaller than a figure should be, and with a legend. */
  private async toImage(format: { format: 'png' | 'svg'; scale?: number }): Promise<string> {
    const { plotly } = await load();
    const { width, height } = this.size();
    const size = { width: Math.max(width, 800), height: Math.max(height, 450) };
    const { data, layout } = this.drawn(size);
    return plotly.toImage({ data: data as Data[], layout: { ...layout, showlegend: true } }, { ...format, ...size });
  }

  dispose(): void {
    this.isDisposed = true;
    this.observer.disconnect();
    this.stopThemes();
    if (this.isDrawn) void load().then(({ plotly }) => plotly.purge(this.container as PlotlyHTMLElement));
  }

  private drawn(size: { width: number; height: number }): { data: Trace[]; layout: Partial<Layout> } {
    const theme = readTheme();
    const { traces, layout = {} } = this.figure;
    return {
      data: styled(typeof traces === 'function' ? traces(theme) : traces, theme),
      layout: themed(typeof layout === 'function' ? layout(theme) : layout, theme, size),
    };
  }

  private size(): { width: number; height: number } {
    return { width: this.container.clientWidth, height: this.container.clientHeight };
  }

  /** One drawing at a time; changes that come meanwhile make one more. */
  private draw(): void {
    this.container.setAttribute('aria-label', this.figure.description);
    if (this.isStale) return;
    this.isStale = true;
    this.drawing = this.drawing.then(async () => {
      const { plotly } = await load();
      this.isStale = false;
      const { width, height } = this.size();
      if (this.isDisposed || width === 0 || height === 0) return; // hidden: drawn when it gets a size
      const { data, layout } = this.drawn({ width, height });
      const element = await plotly.react(this.container, data as Data[], layout, config);
      if (!this.isDrawn) this.listen(element);
      this.isDrawn = true;
    });
    this.drawing = this.drawing.catch((error: unknown) => {
      this.isStale = false;
      console.error(error);
      this.container.textContent = t('The plot could not be drawn.');
    });
  }

  private listen(element: PlotlyHTMLElement): void {
    const { onClick, onSelect } = this.options;
    if (onClick)
      element.on('plotly_click', ({ points: [point] }: PlotMouseEvent) => {
        if (point) onClick(clicked(point));
      });
    if (!onSelect) return;
    element.on('plotly_selected', (event?: PlotSelectionEvent) => {
      if (event?.points) onSelect(event.points.map(clicked));
    });
    element.on('plotly_deselect', () => onSelect(undefined));
  }
}

/** Of a heat map Plotly reports row and column, which its types do not know. */
function clicked({ curveNumber, pointIndex, pointNumber }: PlotDatum): PlotClick {
  const at = (pointIndex ?? pointNumber) as number | [row: number, column: number];
  return Array.isArray(at) ? { trace: curveNumber, point: at[0], cell: at } : { trace: curveNumber, point: at };
}

/** The plot as the host writes it into a file. */
export async function savedImage(plot: Plot, kind: SavedImage['kind']): Promise<SavedImage> {
  if (kind === 'svg') return { kind, source: await plot.toSvg() };
  const url = await plot.toPng();
  return { kind, base64: url.slice(url.indexOf(',') + 1) };
}
