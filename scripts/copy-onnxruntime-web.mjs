// Copies what the package uses of onnxruntime-web to dist: 14 of its 139 MB, so that nobody has to install the rest.
// In the repository itself `#onnxruntime-web` leads to the package (package.json, `imports`).
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const from = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
const to = fileURLToPath(new URL('../dist/onnxruntime-web/', import.meta.url));
rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });

// For pages; for Node, and what Node's build starts.
for (const script of ['ort.wasm.bundle.min.mjs', 'ort.node.min.mjs', 'ort-wasm-simd-threaded.mjs']) {
  const text = readFileSync(join(from, script), 'utf8');
  writeFileSync(join(to, script), text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'));
}
copyFileSync(join(from, 'ort-wasm-simd-threaded.wasm'), join(to, 'ort-wasm-simd-threaded.wasm'));

const { version } = JSON.parse(readFileSync(join(from, '../package.json'), 'utf8'));
writeFileSync(
  join(to, 'README.md'),
  `Files of onnxruntime-web ${version}, unchanged but for the addresses of source maps. Copyright (c) Microsoft Corporation, MIT License.\n`,
);
