import tseslint from 'typescript-eslint';

const numericLoops = [
  'studio/src/latent/*.ts',
  'src/core/**/*.ts',
  'src/random/**/*.ts',
  'src/linalg/**/*.ts',
  'src/kernels/**/*.ts',
  'src/engine/**/*.ts',
  'src/data/**/*.ts',
  'src/io/**/*.ts',
  'src/drawing/**/*.ts',
  'src/evaluation/**/*.ts',
  'src/statistics/**/*.ts',
];

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'node_modules/',
      'runs/',
      // What the tests make of the documents' snippets.
      '.cache/',
      '**/*.generated.ts',
      'src/kernels/assembly/',
      '**/node_modules/',
      '**/dist/',
    ],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  // Non-null `!` only where numeric loops index typed arrays.
  { files: numericLoops, rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  {
    files: ['**/*.test.ts', 'test/serve/runs.ts', 'bench/**/*.ts', 'examples/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'no-console': 'off' },
  },
);
