// Gives a bundle back its constants. esbuild makes `var` of every constant of a file. V8 then loads each from memory whenever it is
// used, and cannot compute with it, because it might change. Host calls show it
// (bench/micro/host-calls-against.mjs). Columns behind such a declaration, in its line, move by some characters against the map.
import ts from 'typescript'

const { SyntaxKind } = ts

/** The names that are assigned to anywhere, in whatever scope. Those may be variables. */
function assignedNames(file) {
  const names = new Set()
  const addTargets = node => {
    if (ts.isIdentifier(node)) names.add(node.text)
    else if (!ts.isElementAccessExpression(node) && !ts.isPropertyAccessExpression(node))
      ts.forEachChild(node, addTargets)
  }
  const visit = node => {
    const isAssignment =
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind >= SyntaxKind.FirstAssignment &&
      node.operatorToken.kind <= SyntaxKind.LastAssignment
    if (isAssignment) addTargets(node.left)
    if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
      if (node.operator === SyntaxKind.PlusPlusToken || node.operator === SyntaxKind.MinusMinusToken)
        addTargets(node.operand)
    }
    if ((ts.isForOfStatement(node) || ts.isForInStatement(node)) && !ts.isVariableDeclarationList(node.initializer)) {
      addTargets(node.initializer)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return names
}

/** How many variables of a whole file have each name. */
function declaredNames(file) {
  const counts = new Map()
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue
    for (const { name } of statement.declarationList.declarations)
      if (ts.isIdentifier(name)) counts.set(name.text, (counts.get(name.text) ?? 0) + 1)
  }
  return counts
}

/** Whether a name is used in a part of the file. */
const uses = (node, name) =>
  (ts.isIdentifier(node) && node.text === name) || ts.forEachChild(node, child => uses(child, name)) === true

/** The text of a bundle, in which each variable of a whole file that is never assigned to is a constant. One that
 * is declared twice, or that its own value refers to, stays a variable. */
export function withConstants(text) {
  const file = ts.createSourceFile('bundle.js', text, ts.ScriptTarget.ES2022, false, ts.ScriptKind.JS)
  const assigned = assignedNames(file)
  const declared = declaredNames(file)
  let result = ''
  let done = 0
  const replace = (from, to, by) => {
    result += text.slice(done, from) + by
    done = to
  }
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement) || (statement.declarationList.flags & ts.NodeFlags.BlockScoped) !== 0)
      continue
    const { declarations } = statement.declarationList
    const kinds = declarations.map(({ name, initializer }) => {
      if (!ts.isIdentifier(name) || initializer === undefined || assigned.has(name.text)) return 'var'
      return declared.get(name.text) === 1 && !uses(initializer, name.text) ? 'const' : 'var'
    })
    const start = statement.getStart(file)
    replace(start, start + 'var'.length, kinds[0])
    for (let i = 1; i < declarations.length; i++) {
      if (kinds[i] === kinds[i - 1]) continue
      replace(declarations[i - 1].end, declarations[i].getStart(file), `; ${kinds[i]} `)
    }
  }
  return result + text.slice(done)
}
