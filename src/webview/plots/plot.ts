import type { Config, Data, Layout, PlotlyHTMLElement, PlotMouseEvent } from 'plotly.js/lib/core';
import { themed } from './layout.ts';
import type { PlotTheme } from './theme.ts';
import { onThemeChange, readTheme } from './theme.ts';
import { styled } from './traces.ts';

export type Trace = Partial<Data>;

export interface Figure {
  /**
   * Names, categories, texts and custom data are taken as text. A trace without style of its own gets colour, dash and
   * marker by its position; a function is asked anew for every theme.
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
}

export interface Plot {
  update(figure: Figure): void;
  resize(): void;
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
export function plot(container: HTMLElement, figure: Figure, options: { onClick?(click: PlotClick): void } = {}): Plot {
  return new PlotView(container, figure, options.onClick);
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
    private readonly onClick?: (click: PlotClick) => void,
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
      this.container.textContent = 'The plot could not be drawn.';
    });
  }

  private listen(element: PlotlyHTMLElement): void {
    const { onClick } = this;
    if (!onClick) return;
    element.on('plotly_click', ({ points }: PlotMouseEvent) => {
      const [point] = points;
      if (point) onClick({ trace: point.curveNumber, point: point.pointIndex ?? point.pointNumber });
    });
  }
}
