// The patterns of Java's DateTimeFormatter that are in use: yyyy uuuu MM dd D Q HH hh mm ss SSS a E.

const LETTERS = /'([^']*)'|y+|u+|M+|d+|D+|Q+|H+|h+|m+|s+|S+|a|E+/g;
const MONTH_NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAY_NAMES = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** How long a text stays the same that has nothing finer than the letter, ms; a day if it is none of these. */
const LASTS: Readonly<Record<string, number>> = {
  S: 1,
  s: 1_000,
  m: 60_000,
  H: 3_600_000,
  h: 3_600_000,
  a: 43_200_000,
};
const DAY = 86_400_000;

/** The last text of a format: of rows that come in the order of time most have the same. */
interface LastText {
  readonly lasts: number;
  /** Which stretch of that length, counted from 1970, the text is of. */
  stretch: number;
  text: string;
}

/** Formats that are remembered; more come only from a column of formats. */
const MOST_FORMATS = 64;
const lastTexts = new Map<string, LastText>();

/** A point in time (UTC) as text. */
export function formatDate(at: number, format: string): string {
  let last = lastTexts.get(format);
  if (last === undefined) {
    if (lastTexts.size === MOST_FORMATS) lastTexts.clear();
    const letters = [...format.matchAll(LETTERS)].filter(([, quoted]) => quoted === undefined);
    const lasts = Math.min(DAY, ...letters.map(([letter]) => LASTS[letter[0]!] ?? DAY));
    lastTexts.set(format, (last = { lasts, stretch: NaN, text: '' }));
  }
  const stretch = Math.floor(at / last.lasts);
  if (stretch !== last.stretch) {
    last.text = writeDate(at, format);
    last.stretch = stretch;
  }
  return last.text;
}

function writeDate(at: number, format: string): string {
  const date = new Date(at);
  return format.replace(LETTERS, (letters, quoted: string | undefined) => {
    if (quoted !== undefined) return quoted;
    const width = letters.length;
    const pad = (value: number) => String(value).padStart(width, '0');
    switch (letters[0]) {
      case 'y':
      case 'u':
        return width === 2
          ? String(date.getUTCFullYear() % 100).padStart(2, '0')
          : pad(date.getUTCFullYear());
      case 'M':
        return width >= 3
          ? MONTH_NAMES[date.getUTCMonth()]!.slice(0, width === 3 ? 3 : undefined)
          : pad(date.getUTCMonth() + 1);
      case 'D':
        return pad(Math.floor((at - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY) + 1);
      case 'Q':
        return `${width === 3 ? 'Q' : ''}${pad(Math.floor(date.getUTCMonth() / 3) + 1).slice(width >= 3 ? -1 : 0)}`;
      case 'd':
        return pad(date.getUTCDate());
      case 'H':
        return pad(date.getUTCHours());
      case 'h':
        return pad(date.getUTCHours() % 12 || 12);
      case 'm':
        return pad(date.getUTCMinutes());
      case 's':
        return pad(date.getUTCSeconds());
      case 'S':
        return String(date.getUTCMilliseconds()).padStart(3, '0').padEnd(width, '0').slice(0, width);
      case 'a':
        return date.getUTCHours() < 12 ? 'AM' : 'PM';
      default:
        return DAY_NAMES[date.getUTCDay()]!.slice(0, width >= 4 ? undefined : 3);
    }
  });
}

/** The point in time that a text of the format says; `null` if it is not of the format. */
export function parseWithFormat(text: string, format: string): number | null {
  const order: string[] = [];
  let source = '';
  let from = 0;
  for (const match of format.matchAll(LETTERS)) {
    source += escaped(format.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[1] !== undefined) {
      source += escaped(match[1]);
      continue;
    }
    order.push(match[0][0]!);
    source +=
      match[0] === 'a' ? '(AM|PM)' : match[0].length === 1 ? '(\\d{1,2})' : `(\\d{${match[0].length}})`;
  }
  const found = new RegExp(`^${source}${escaped(format.slice(from))}$`).exec(text);
  if (found === null) return null;
  const of = (letter: string, otherwise: number) => {
    const at = order.indexOf(letter);
    return at < 0 ? otherwise : Number(found[at + 1]);
  };
  const half = order.includes('a') ? (found[order.indexOf('a') + 1] === 'PM' ? 12 : 0) : 0;
  const hour = order.includes('h') ? (of('h', 0) % 12) + half : of('H', 0);
  const fraction = order.includes('S')
    ? Number(found[order.indexOf('S') + 1]!.padEnd(3, '0').slice(0, 3))
    : 0;
  const [year, month, day] = [of('y', 1970), of('M', 1), of('d', 1)];
  const at = Date.UTC(year, month - 1, day, hour, of('m', 0), of('s', 0), fraction);
  const date = new Date(at);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? at : null;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
