import js from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import { readdirSync } from 'node:fs';
import tseslint from 'typescript-eslint';

const PARENT_PATHS = {
  group: ['../*'],
  message: 'Import from another folder by its full name: @/…',
};

const NO_BARRELS = [
  { selector: 'ExportAllDeclaration', message: 'No barrel files.' },
  { selector: 'ExportNamedDeclaration[source]', message: 'No barrel files.' },
];

const KEYS_ONLY = 'What people read has a key in @/i18n, so that it can be said in their language.';
const NO_BARE_TEXT = [
  { selector: 'JSXText[value=/\\p{L}{2}/u]', message: KEYS_ONLY },
  {
    selector:
      'JSXAttribute[name.name=/^(aria-label|aria-description|title|alt|placeholder|label|lead|hint|submitLabel)$/] > Literal[value!=""]',
    message: KEYS_ONLY,
  },
];

/** Dependencies point one way: domain → canvas → queries and hooks → components → features → app. */
function mayNotImport(...folders) {
  return {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          PARENT_PATHS,
          { group: folders, message: 'This folder is further out; dependencies point inwards.' },
        ],
      },
    ],
  };
}

/** React, and the folders that may use it. */
const FRAMEWORK = [
  'react',
  'react-dom',
  '@tanstack/*',
  '@/hooks/*',
  '@/queries/*',
  '@/components/*',
  '@/features/*',
  '@/app/*',
];

const FEATURES = readdirSync(`${import.meta.dirname}/src/features`);

export default defineConfig(
  globalIgnores(['dist', 'src/api/schema.d.ts']),
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-ignore': true, 'ts-expect-error': true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-restricted-syntax': ['error', ...NO_BARRELS],
      'max-lines': ['error', { max: 300 }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat.recommended, jsxA11y.flatConfigs.recommended],
    languageOptions: { globals: globals.browser },
    rules: {
      // Only fields that the user has just asked for have it.
      'jsx-a11y/no-autofocus': 'off',
      // What scrolls must be focusable, or the keyboard cannot scroll it.
      'jsx-a11y/no-noninteractive-tabindex': 'off',
    },
  },
  {
    // These listen to what bubbles up from the buttons and fields in them.
    files: [
      'src/app/LanguageSwitch.tsx',
      'src/components/Dialog.tsx',
      'src/features/seats/list/SeatList.tsx',
      'src/features/seats/offer/OfferCard.tsx',
    ],
    rules: {
      'jsx-a11y/click-events-have-key-events': 'off',
      'jsx-a11y/no-noninteractive-element-interactions': 'off',
      'jsx-a11y/no-static-element-interactions': 'off',
    },
  },
  {
    files: ['src/**/*.tsx'],
    ignores: ['**/*.test.tsx', 'src/testing/**'],
    rules: { 'no-restricted-syntax': ['error', ...NO_BARRELS, ...NO_BARE_TEXT] },
  },
  {
    files: ['offline/*.js'],
    languageOptions: { globals: { ...globals.browser, ...globals.serviceworker } },
  },
  {
    files: ['src/{hooks,i18n,queries}/**'],
    rules: mayNotImport('@/components/*', '@/features/*', '@/app/*'),
  },
  {
    files: ['src/{api,browser,canvas,domain}/**'],
    ignores: ['**/*.test.*'],
    rules: mayNotImport(...FRAMEWORK),
  },
  {
    files: ['src/domain/**'],
    ignores: ['**/*.test.*'],
    rules: mayNotImport('@/canvas/*', ...FRAMEWORK),
  },
  { files: ['src/components/**'], rules: mayNotImport('@/features/*', '@/app/*') },
  ...FEATURES.map((feature) => ({
    files: [`src/features/${feature}/**`],
    rules: mayNotImport(
      '@/app/*',
      ...FEATURES.filter((other) => other !== feature).map((other) => `@/features/${other}/*`),
    ),
  })),
  {
    files: ['src/app/**', 'src/main.tsx'],
    ignores: ['**/*.test.*'],
    rules: mayNotImport('@/testing/*'),
  },
);
