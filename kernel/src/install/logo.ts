import { crc32, deflateSync } from 'node:zlib';

// The logo: three waves under a mark, drawn once as SVG and once, by the same functions, as pixels for launchers that
// take PNG only.

const SIZE = 64;
const BACKGROUND = [14, 61, 89] as const;
const WAVES = [
  { level: 30, height: 5, length: 32, shift: 0, colour: [94, 200, 216] },
  { level: 39, height: 5, length: 32, shift: 11, colour: [46, 150, 184] },
  { level: 48, height: 5, length: 32, shift: 22, colour: [27, 106, 145] },
] as const;
const MARK = { x: 45, top: 10, bottom: 27, width: 3, colour: [255, 184, 77] } as const;
const CORNER = 12;

type Colour = readonly [number, number, number];

function waveAt(wave: (typeof WAVES)[number], x: number): number {
  return wave.level + wave.height * Math.sin((2 * Math.PI * (x + wave.shift)) / wave.length);
}

function css([red, green, blue]: Colour): string {
  return `rgb(${red},${green},${blue})`;
}

const paths = WAVES.map((wave) => {
  const points = Array.from({ length: SIZE / 2 + 1 }, (_, i) => `${2 * i},${waveAt(wave, 2 * i).toFixed(1)}`);
  return `<path fill="${css(wave.colour)}" d="M0,${SIZE} L${points.join(' L')} L${SIZE},${SIZE} Z"/>`;
});

export const LOGO_SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-label="Tidemark"><clipPath id="tidemark-corner"><rect width="${SIZE}" height="${SIZE}" rx="${CORNER}"/></clipPath><g clip-path="url(#tidemark-corner)"><rect width="${SIZE}" height="${SIZE}" fill="${css(BACKGROUND)}"/>${paths.join('')}<rect x="${MARK.x}" y="${MARK.top}" width="${MARK.width}" height="${MARK.bottom - MARK.top}" rx="1.5" fill="${css(MARK.colour)}"/><circle cx="${MARK.x + MARK.width / 2}" cy="${MARK.top}" r="4" fill="${css(MARK.colour)}"/></g></svg>\n`;

/** The logo as a PNG of `size` × `size` pixels. */
export function logoPng(size: number): Buffer {
  const rows = Buffer.alloc(size * (1 + size * 4));
  const samples = 3;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const sum = [0, 0, 0, 0];
      for (let s = 0; s < samples * samples; s++) {
        const dx = ((s % samples) + 0.5) / samples;
        const dy = (Math.floor(s / samples) + 0.5) / samples;
        const colour = colourAt(((x + dx) * SIZE) / size, ((y + dy) * SIZE) / size);
        if (!colour) continue;
        for (const [i, part] of colour.entries()) sum[i] = (sum[i] ?? 0) + part;
        sum[3] = (sum[3] ?? 0) + 1;
      }
      const covered = sum[3] ?? 0;
      const at = y * (1 + size * 4) + 1 + x * 4;
      for (let i = 0; i < 3; i++) rows[at + i] = covered === 0 ? 0 : Math.round((sum[i] ?? 0) / covered);
      rows[at + 3] = Math.round((255 * covered) / (samples * samples));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function colourAt(x: number, y: number): Colour | undefined {
  const dx = Math.max(CORNER - x, x - (SIZE - CORNER), 0);
  const dy = Math.max(CORNER - y, y - (SIZE - CORNER), 0);
  if (dx * dx + dy * dy > CORNER * CORNER) return undefined;
  const centre = MARK.x + MARK.width / 2;
  if ((x - centre) ** 2 + (y - MARK.top) ** 2 < 16) return MARK.colour;
  if (Math.abs(x - centre) < MARK.width / 2 && y > MARK.top && y < MARK.bottom) return MARK.colour;
  const wave = WAVES.findLast((one) => y > waveAt(one, x));
  return wave ? wave.colour : BACKGROUND;
}

function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length, 0);
  head.write(type, 4, 'latin1');
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(crc32(Buffer.concat([head.subarray(4), data])), 0);
  return Buffer.concat([head, data, tail]);
}
