/** An element with properties and children. Text becomes text nodes, never markup. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<Omit<HTMLElementTagNameMap[Tag], 'style' | 'dataset'>> & { attrs?: Record<string, string> } = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const { attrs, ...rest } = properties
  const element = Object.assign(document.createElement(tag), rest)
  for (const [name, value] of Object.entries(attrs ?? {})) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/** A button that leaves the selection in the text alone. */
export function makeButton(
  label: string,
  properties: { className?: string; icon?: SVGElement; text?: string },
  run: (button: HTMLButtonElement) => void,
) {
  const button = make('button', { type: 'button', className: properties.className ?? '', ariaLabel: label, title: label })
  if (properties.icon) button.append(properties.icon)
  if (properties.text) button.append(properties.text)
  button.addEventListener('mousedown', (event) => event.preventDefault())
  button.addEventListener('click', () => run(button))
  return button
}
