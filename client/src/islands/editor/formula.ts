import 'katex/dist/katex.min.css'
import katex from 'katex'

/** Draws LaTeX. What is no LaTeX stays as it was typed, as text.
 *  @returns whether it is valid */
export function render(element: HTMLElement, latex: string, isBlock: boolean): boolean {
  try {
    // `trust` would let a formula load pictures and set links; limits keep one from growing without end.
    katex.render(latex, element, {
      displayMode: isBlock,
      throwOnError: true,
      trust: false,
      strict: 'ignore',
      maxSize: 50,
      maxExpand: 500,
      output: 'htmlAndMathml',
    })
    return true
  } catch {
    element.textContent = latex
    return false
  }
}
