// Does a file with another text type-check? The project as it is in memory, with one file changed at a time.
import { join, resolve } from 'node:path';
import ts from 'typescript';

export function createCompiler(root) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  // A mutant may leave a name without use.
  const settings = { ...options, noUnusedLocals: false, noUnusedParameters: false, incremental: false };
  delete settings.tsBuildInfoFile;
  let changed = { path: '', text: '', version: 0 };
  const host = {
    getCompilationSettings: () => settings,
    getScriptFileNames: () => fileNames,
    getScriptVersion: (path) => (path === changed.path ? String(changed.version) : '0'),
    getScriptSnapshot: (path) => {
      const text = path === changed.path ? changed.text : ts.sys.readFile(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
    fileExists: (path) => ts.sys.fileExists(path),
    readFile: (path) => ts.sys.readFile(path),
    readDirectory: (...args) => ts.sys.readDirectory(...args),
    directoryExists: (path) => ts.sys.directoryExists(path),
    getDirectories: (path) => ts.sys.getDirectories(path),
  };
  const service = ts.createLanguageService(host);
  return ({ file, mutated }) => {
    const path = resolve(root, file);
    changed = { path, text: mutated, version: changed.version + 1 };
    return service.getSyntacticDiagnostics(path).length === 0 && service.getSemanticDiagnostics(path).length === 0;
  };
}
