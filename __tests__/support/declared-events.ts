/** The union `FanfareEvent` as the compiler understands it. */
import { join } from 'node:path';
import ts from 'typescript';

export interface DeclaredEvent {
  readonly levels: readonly string[];
  readonly fields: readonly string[];
}

const IN_ALL = ['type', 'level', 'message'];

/** Each event's levels and fields, by its type. */
export function declaredEvents(): Map<string, DeclaredEvent> {
  const file = join(__dirname, '../../lib/events.ts');
  const options = { strict: true, module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022 };
  const program = ts.createProgram([file], options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file)!;
  const declared = source.statements.find(
    (one) => ts.isTypeAliasDeclaration(one) && one.name.text === 'FanfareEvent',
  )!;
  const type = checker.getTypeAtLocation(declared);
  const textsOf = (member: ts.Type, name: string): string[] => {
    const property = checker.getTypeOfSymbol(member.getProperty(name)!);
    return (property.isUnion() ? property.types : [property]).map(
      (one) => (one as ts.StringLiteralType).value,
    );
  };
  const members = (type as ts.UnionType).types.map((member): [string, DeclaredEvent] => {
    const fields = member.getProperties().map(({ name }) => name);
    return [
      textsOf(member, 'type')[0]!,
      {
        levels: textsOf(member, 'level').sort(),
        fields: fields.filter((name) => !IN_ALL.includes(name)).sort(),
      },
    ];
  });
  return new Map(members);
}
