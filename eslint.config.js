// House rules as lint. What needs the whole tree at once (names, arrows between rooms) is in tests/architecture.
import { readFileSync } from 'node:fs';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const arrows = JSON.parse(readFileSync(new URL('./tests/architecture/arrows.json', import.meta.url), 'utf8'));

/** One entry a sub-room: a relative import may reach only the sub-rooms its arrows lead to; types may go against them. */
const roomArrows = Object.entries(arrows).flatMap(([room, subRooms]) =>
  Object.entries(subRooms).map(([subRoom, allowed]) => ({
    files: [`${room}/src/${subRoom}/**/*.ts`],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: Object.keys(subRooms)
            .filter((other) => other !== subRoom && !allowed.includes(other))
            .map((other) => ({
              regex: `^(\\.\\./)+${other}/`,
              allowTypeImports: allowed.length > 0,
              message: `No arrow leads from ${room}'s ${subRoom} to ${other} (tests/architecture/arrows.json).`,
            }))
            .concat(nodeOnly(room, subRoom)),
        },
      ],
    },
  })),
);

function nodeOnly(room, subRoom) {
  if (room !== 'runtime' || ['connectors', 'checkpoint', 'testing'].includes(subRoom)) return [];
  return [
    { regex: '^node:', message: "The engine's core also runs in a browser worker: no Node-only imports." },
  ];
}

const clocks = ['setTimeout', 'setInterval', 'setImmediate', 'performance'].map((name) => ({
  name,
  message: 'Operators read no real clock and set no real timer: use the one of runtime/src/time.',
}));

const hardPrivacy = {
  selector: ':matches(PropertyDefinition, MethodDefinition[kind!="constructor"])[accessibility="private"]',
  message: "Use #private members: TypeScript's private is gone at run time.",
};

export default defineConfig(
  { ignores: ['**/node_modules/', '**/lib/', '**/dist/', '.venv/', '.tidemark/', '**/.ipynb_checkpoints/'] },
  ...tseslint.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', 600],
      eqeqeq: 'error',
      'no-console': 'off',
      'prefer-const': 'error',
      'no-promise-executor-return': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
    },
  },
  {
    files: ['runtime/src/**/*.ts', 'kernel/src/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', hardPrivacy] },
  },
  {
    // Streams are covariant by annotation; whether that check objects depends on what is checked before.
    files: ['runtime/src/api/**/*.ts'],
    rules: { '@typescript-eslint/ban-ts-comment': ['error', { 'ts-ignore': 'allow-with-description' }] },
  },
  {
    files: ['runtime/src/**/*.ts'],
    ignores: ['runtime/src/time/**', 'runtime/src/connectors/**', 'runtime/src/**/*-loop.ts'],
    rules: {
      'no-restricted-globals': ['error', ...clocks],
      'no-restricted-properties': [
        'error',
        {
          object: 'Date',
          property: 'now',
          message: "Take the time from the runtime's clock (runtime/src/time).",
        },
        { object: 'Math', property: 'random', message: "Take randomness from the runtime's seeded source." },
        { object: 'globalThis', property: 'setTimeout', message: 'Timers belong to runtime/src/time.' },
      ],
      'no-restricted-syntax': [
        'error',
        hardPrivacy,
        {
          selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
          message: "Take the time from the runtime's clock (runtime/src/time).",
        },
      ],
    },
  },
  ...roomArrows,
  {
    // Views are handed over as plain data; the extension knows nothing of the kernel but the protocol.
    files: ['labextension/src/**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(tidemark|@tidemark/kernel)(/|$)(?!protocol)',
              message: 'The extension imports only @tidemark/kernel/protocol.',
            },
            { regex: '^\\.\\./\\.\\./', message: 'The extension imports only @tidemark/kernel/protocol.' },
          ],
        },
      ],
    },
  },
  {
    files: ['tests/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'MemberExpression[property.name=/^(skip|todo|only)$/][object.name=/^(it|test|describe)$/]',
          message: 'A test runs or is not there.',
        },
      ],
    },
  },
  prettier,
);
