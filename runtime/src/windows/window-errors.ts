import { TidemarkError, unsupported } from '../errors.ts';

/** A window of a class that a snapshot would lose. */
export function windowNotStorable(assigner: string, type: string): TidemarkError {
  const what = type === '' || type === 'Object' ? 'an object of no class' : `an instance of ${type}`;
  const name = what.endsWith('class') ? 'ItsClass' : type;
  return new TidemarkError(
    'not-storable',
    `${assigner} made a window that cannot be part of a snapshot: it is ${what}, and would come back as a TimeWindow. ` +
      `Register the class, registerType(${name}, { encode, decode }), or say in ${assigner} how its windows are written: ` +
      `getWindowSerializer() { return { encode: (window) => fields, decode: (fields) => new ${name}(…) }; }.`,
    { details: { assigner, type } },
  );
}

/** A window that was written by a serializer that the assigner has no more. */
export function windowNotRead(assigner: string, start: number, end: number): TidemarkError {
  return new TidemarkError(
    'window-not-read',
    `A snapshot holds a window [${start}, ${end}) of a class of its own, and ${assigner} does not say how it is read. Probably it had ` +
      'a getWindowSerializer when the snapshot was taken, or its decode returns no window. Give it one that reads what was written.',
    { details: { assigner, start, end } },
  );
}

export function notOfGrid(start: number, end: number): TidemarkError {
  return new TidemarkError(
    'bad-argument',
    `[${start}, ${end}) is no window of this assigner, whose windows lie on a grid. Give the start and end of one: savepoint.windows(uid) shows some.`,
    { details: { start, end } },
  );
}

export function sessionsMeet(start: number, end: number, from: number, to: number): TidemarkError {
  return new TidemarkError(
    'bad-argument',
    `The windows [${start}, ${end}) and [${from}, ${to}) of one key meet, so that they are one. Merge their contents, and give one window.`,
    { details: { start, end, from, to } },
  );
}

export function triggerNotWritten(trigger: string): TidemarkError {
  return unsupported(
    `Writing contents of windows with ${trigger}`,
    'what the trigger keeps hangs on the records that it has seen.',
    'Give the records themselves: writer.withOperator(uid, records, build).',
  );
}
