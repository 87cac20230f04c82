import { expect, test } from 'vitest';
import { Notebook } from './notebook.ts';
import { PushedSource } from './pushed-source.ts';

test('a slice that is over before all lanes have had their turn says that there is more to do, at whatever place', async () => {
  const notebook = await Notebook.open(':memory:');
  const source = new PushedSource(false);
  notebook.cell('first', (env) => void env.fromSource(source).show());
  for (let n = 0; n < 3; n++) await source.push(n);
  const { engine } = notebook.session;
  for (let looks = 0; looks < 12; looks++) {
    notebook.cell(`cell ${looks}`, (env) => {
      env
        .fromSource(source)
        .map((n) => n + looks)
        .show();
    });
    let left = looks;
    const more = engine.slice(() => left-- <= 0);
    const behind = [...engine.runners].filter(({ cursor }) => cursor < engine.timeline.head);
    expect(more || behind.length === 0, `after ${looks} looks at the clock`).toBe(true);
  }
  await notebook.crash();
});
