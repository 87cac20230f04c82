// On the wire a cursor counts Unicode code points; JavaScript counts UTF-16 code units.

export function utf16Offset(text: string, codePoints: number): number {
  let offset = 0;
  for (let left = codePoints; left > 0 && offset < text.length; left--) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

export function codePointOffset(text: string, utf16: number): number {
  let count = 0;
  for (const character of text.slice(0, utf16)) count += character === '' ? 0 : 1;
  return count;
}
