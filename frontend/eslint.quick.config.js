import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

import all from './eslint.config.js';

const OF_THE_COMPILER = Object.keys(reactHooks.configs.flat.recommended.rules).filter(
  (name) => !/\/(rules-of-hooks|exhaustive-deps)$/.test(name),
);

/**
 * Skips rules that need type information or the React Compiler, for a fifth of the time. `npm run
 * lint` runs them all.
 */
export default defineConfig(all, tseslint.configs.disableTypeChecked, {
  rules: Object.fromEntries(OF_THE_COMPILER.map((name) => [name, 'off'])),
});
