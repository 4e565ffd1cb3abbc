// Lints planted texts as if they stood in the named files: a process of its own, since ESLint's configuration is ESM.
import { ESLint } from 'eslint';

const eslint = new ESLint();
const broken = [];
for (const { file, text } of JSON.parse(process.argv[2])) {
  const [result] = await eslint.lintText(text, { filePath: file });
  broken.push(result.messages.map(({ ruleId }) => ruleId));
}
process.stdout.write(JSON.stringify(broken));
