import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

import all from './eslint.config.js';

const OF_THE_COMPILER = Object.keys(reactHooks.configs.flat.recommended.rules).filter(
  (name) => !/\/(rules-of-hooks|exhaustive-deps)$/.test(name),
);

/**
 * Without the rules that need all types, or what React's compiler makes of the code: four fifths of
 * the time. `npm run lint` has them.
 */
export default defineConfig(all, tseslint.configs.disableTypeChecked, {
  rules: Object.fromEntries(OF_THE_COMPILER.map((name) => [name, 'off'])),
});
