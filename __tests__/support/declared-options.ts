/** The names of an options type as the compiler understands it. */
import { join } from 'node:path';
import ts from 'typescript';

/** Its properties; those of the ones in `groups` by their own names, as in `session.secrets`. */
export function declaredOptions(
  file: string,
  name: string,
  groups: readonly string[] = [],
): readonly string[] {
  const path = join(__dirname, '../..', file);
  const options = {
    strict: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: ['node'],
  };
  const program = ts.createProgram([path], options);
  const checker = program.getTypeChecker();
  const declared = program
    .getSourceFile(path)!
    .statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name)!;
  return checker
    .getTypeAtLocation(declared)
    .getProperties()
    .flatMap((property) => {
      if (!groups.includes(property.name)) return [property.name];
      const inside = checker.getNonNullableType(checker.getTypeOfSymbol(property)).getProperties();
      return inside.map((one) => `${property.name}.${one.name}`);
    });
}
