const blocks = [
  /^#{1,6} \S/m,
  /^(```|~~~)/m,
  /^\s*[-*+] \[[ xX]\] /m,
  /^\|?[ :-]+-\|[ |:-]*$/m,
  /^\s*[-*+] .+\n+\s*[-*+] /m,
  /^\s*1[.)] .+\n+\s*2[.)] /m,
  /^> .+/m,
]
const inline = [/\[[^\]\n]+\]\((https?:|mailto:)[^)\s]+\)/, /(^|[\s(])\*\*[^*\s][^*\n]*\*\*/, /(^|\s)`[^`\n]+`(\s|[.,;:!?)]|$)/]

/** Whether a text was written as Markdown, rather than happens to hold one of its signs. */
export function looksLikeMarkdown(text: string): boolean {
  return blocks.some((sign) => sign.test(text)) || inline.filter((sign) => sign.test(text)).length > 1 || inline[0]?.test(text) === true
}
