/** Text of unknown origin as inline Markdown that shows it as it is: no markup, link, HTML, icon or table border comes of it. */
export function escapeMarkdown(text: string): string {
  return [...onOneLine(text)]
    .map((character) => (/[\p{L}\p{N} ]/u.test(character) ? character : `&#${character.codePointAt(0)};`))
    .join('');
}

/** White space as single spaces; what cannot be seen, or turns the direction of other text, left out. */
export function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\p{C}/gu, '').trim();
}

/** For places that show `$(name)` as an icon. */
export function escapeIcons(text: string): string {
  return onOneLine(text).replace(/\$\([a-z0-9~-]+\)/gi, '\\$&');
}

export function clip(text: string, length: number): string {
  const characters = [...text];
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : text;
}

/** A Markdown link to a command. Its title is Markdown, its arguments are given as JSON. */
export function commandLink(title: string, command: string, args: unknown[], tooltip: string): string {
  const query = encodeURIComponent(JSON.stringify(args)).replace(
    /[()'!*~]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  return `[${title}](command:${command}?${query} "${escapeMarkdown(tooltip)}")`;
}
