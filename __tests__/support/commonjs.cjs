/** Jest loads no ES modules without a flag: here `jose`, and our `import()` of it, become CommonJS. */
const ts = require('typescript');

const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };

exports.process = (text, fileName) => ({
  code: ts.transpileModule(text, { fileName, compilerOptions }).outputText,
});
