/** Text as it is to appear: Plotly reads a subset of HTML. */
export const plotText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
