import { expect, test } from 'vitest'
import type { Json } from '../../hocuspocus-server/src/formats/fit.ts'
import { readHtml } from '../../hocuspocus-server/src/formats/readHtml.ts'
import { readMarkdown } from '../../hocuspocus-server/src/formats/readMarkdown.ts'
import { writeHtml } from '../../hocuspocus-server/src/formats/writeHtml.ts'
import { writeMarkdown } from '../../hocuspocus-server/src/formats/writeMarkdown.ts'
import { documentSchema } from '../../hocuspocus-server/src/schema/documentSchema.ts'
import { randomBlocks, randomMarkdown } from './randomDocument.ts'

const nodeOf = (blocks: Json[]) => documentSchema.nodeFromJSON({ type: 'doc', content: blocks })
const blocksOf = (markdown: string) => readMarkdown(markdown).toJSON().content as Json[]
const fresh = (count: number) => Array.from({ length: count }, () => Math.floor(Math.random() * 2 ** 32))

test.for([1, 2, 3, ...fresh(5)])('[MD1] a document goes out as Markdown and comes in again as it was (seed %i)', (seed) => {
  for (const blocks of randomBlocks(seed, 60)) {
    const document = nodeOf(blocks)
    document.check()
    const markdown = writeMarkdown(document.toJSON().content)
    expect(readMarkdown(markdown).toJSON(), markdown).toEqual(document.toJSON())
  }
})

test.for([1, 2, 3, ...fresh(5)])(
  '[MD2] whatever text is read as Markdown, writing and reading it again changes nothing more (seed %i)',
  (seed) => {
    for (const text of randomMarkdown(seed, 80)) {
      const once = readMarkdown(text)
      once.check()
      const markdown = writeMarkdown(once.toJSON().content)
      const twice = writeMarkdown(blocksOf(markdown))
      expect(writeMarkdown(blocksOf(twice)), text).toBe(twice)
      // And no word is lost on the way.
      expect(readMarkdown(twice).textContent.replace(/\s+/g, '')).toBe(readMarkdown(markdown).textContent.replace(/\s+/g, ''))
    }
  },
)

test.for([1, 2, ...fresh(3)])('[MD3] a document goes out as HTML and comes in again as it was (seed %i)', (seed) => {
  for (const blocks of randomBlocks(seed, 60)) {
    const document = nodeOf(blocks)
    const html = writeHtml(document.toJSON().content)
    expect(readHtml(html).toJSON(), html).toEqual(document.toJSON())
  }
})

// From the CommonMark and GitHub specifications, and what people write: Markdown, and the HTML that it means here.
// biome-ignore format: the table is the specification
test.for([
  ['# One\n\nTwo\n===\n\nThree\n---\n\n#### Four', '<h1>One</h1><h1>Two</h1><h2>Three</h2><h3>Four</h3>'],
  ['a\nb', '<p>a b</p>'],
  ['a  \nb\\\nc', '<p>a<br>b<br>c</p>'],
  ['\\*not\\* &amp; &copy; &#35;', '<p>*not* &#38; © #</p>'],
  ['*a* _b_ **c** __d__ ***e*** ~~f~~ `g` ==h==', '<p><em>a</em> <em>b</em> <strong>c</strong> <strong>d</strong> <strong><em>e</em></strong> <s>f</s> <code>g</code> <mark>h</mark></p>'],
  ['snake_case_name 2*3*4 a == b', '<p>snake_case_name 2<em>3</em>4 a == b</p>'],
  ['`` a`b `` and `a\\`', '<p><code>a`b</code> and <code>a\\</code></p>'],
  ['- a\n- b\n  - c\n\n    d\n- e', '<ul><li><p>a</p></li><li><p>b</p><ul><li><p>c</p><p>d</p></li></ul></li><li><p>e</p></li></ul>'],
  ['3. a\n4. b', '<ol start="3"><li><p>a</p></li><li><p>b</p></li></ol>'],
  ['- # a', '<ul><li><p></p><h1>a</h1></li></ul>'],
  ['- [ ] a\n- [X] b', '<ul data-type="taskList"><li data-type="taskItem" data-checked="false"><input type="checkbox" disabled><div><p>a</p></div></li><li data-type="taskItem" data-checked="true"><input type="checkbox" disabled checked><div><p>b</p></div></li></ul>'],
  ['> a\n> > b', '<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote>'],
  ['> [!warning]\n> Mind *it*.', '<div data-type="callout" data-kind="warning"><p>Mind <em>it</em>.</p></div>'],
  ['> \\[!NOTE]\n> no', '<blockquote><p>[!NOTE] no</p></blockquote>'],
  ['```js x\na\n\nb\n```', '<pre><code class="language-js">a&#10;&#10;b</code></pre>'],
  ['~~~\n```\n~~~', '<pre><code>```</code></pre>'],
  ['    indented', '<pre><code>indented</code></pre>'],
  ['***', '<hr>'],
  ['[a](https://e.org "t") <https://e.org/> https://e.org/x.', '<p><a href="https://e.org/" title="t">a</a> <a href="https://e.org/">https://e.org/</a> <a href="https://e.org/x">https://e.org/x</a>.</p>'],
  ['[a][r] readme.md\n\n[r]: https://e.org', '<p><a href="https://e.org/">a</a> readme.md</p>'],
  ['[a](javascript:alert%281%29) [b](data:text/html,x) [c](/other)', '<p>a b c</p>'],
  ['a ![p](https://e.org/p.png) b', '<p>a</p><img src="https://e.org/p.png" alt="p"><p>b</p>'],
  ['![p](data:image/png;base64,AAAA)', '<p>p</p>'],
  ['| a | b |\n|:-:|---|\n| `x\\|y` | **c** |', '<table><tbody><tr><th align="center"><p>a</p></th><th><p>b</p></th></tr><tr><td align="center"><p><code>x|y</code></p></td><td><p><strong>c</strong></p></td></tr></tbody></table>'],
  ['$a+b$ and $5 or $6, $x$1', '<p><span data-type="inlineMath" data-latex="a+b">a+b</span> and $5 or $6, $x$1</p>'],
  ['$$\n\\frac{a}{b}\n$$\n\n$$x$$', '<div data-type="blockMath" data-latex="\\frac{a}{b}">\\frac{a}{b}</div><div data-type="blockMath" data-latex="x">x</div>'],
  ['<details>\n<summary>More <b>of</b> it</summary>\n\n- a\n\n</details>', '<details><summary>More <strong>of</strong> it</summary><div data-type="detailsContent"><ul><li><p>a</p></li></ul></div></details>'],
  ['H<sub>2</sub>O <kbd>x</kbd> List<T> <u>u</u><!-- gone -->', '<p>H2O <code>x</code> List&#60;T&#62; <u>u</u></p>'],
  ['<div onclick="x()"><script>alert(1)</script><p>a<iframe src="x"></iframe></p></div>', '<p>a</p>'],
  ['<img src="https://e.org/a.png" onerror="x()">', '<img src="https://e.org/a.png" alt="">'],
  ['[@Anna](atrium:person/01900000-0000-7000-8000-000000000000)', '<p><span data-type="mention" data-kind="person" data-id="01900000-0000-7000-8000-000000000000" data-label="Anna">@Anna</span></p>'],
  ['', '<p></p>'],
] as const)('[MD4] %j', ([markdown, html]) => {
  expect(writeHtml(blocksOf(markdown))).toBe(html)
})

test('[MD5] hostile Markdown and HTML end quickly, and nothing in them can run', () => {
  const startedAt = performance.now()
  const many = 20_000
  const texts = [
    '['.repeat(many),
    '>'.repeat(many),
    '- '.repeat(many),
    '*a '.repeat(many),
    '`'.repeat(many),
    '$'.repeat(many),
    '=='.repeat(many),
    '<'.repeat(many),
  ]
    .concat([
      '<div>'.repeat(many),
      '<b>'.repeat(many),
      `${'| a '.repeat(many)}\n${'| - '.repeat(many)}`,
      '<details>\n\n'.repeat(2_000),
      '![a]('.repeat(many),
    ])
    .concat(['\ud800 \0', '&#0;', '<svg onload=alert(1)><a xlink:href="javascript:1">x</a></svg>', '<!doctype x [<!ENTITY a "b">]><p>&a;'])
  for (const text of texts) {
    for (const node of [readMarkdown(text), readHtml(text)]) {
      node.check()
      const html = writeHtml(node.toJSON().content)
      expect(html).not.toMatch(/<(script|svg|iframe)|<[^>]*(\son\w+=|javascript:)/i)
      writeMarkdown(node.toJSON().content)
    }
  }
  expect(performance.now() - startedAt).toBeLessThan(20_000)
})
