/** Plotly with the traces that are used and no others (scatter comes with the core). A chunk of its own, loaded late. */
import * as plotly from 'plotly.js/lib/core';
import bar from 'plotly.js/lib/bar';
import heatmap from 'plotly.js/lib/heatmap';

plotly.register([bar, heatmap]);

export { plotly };
