/** Words for taking a room with you as a file. */
export const exportEn = {
  title: 'Export {{ room }}',
  intro: 'A ZIP archive of all messages that you may read here, with threads and reactions.',
  audited: 'Admins see in the audit log that you took it.',
  format: 'Format',
  formats: {
    html: 'HTML',
    htmlHint: 'A page to read in any browser',
    markdown: 'Markdown',
    markdownHint: 'Plain text with signs, for other editors and for archives',
    json: 'JSON',
    jsonHint: 'Everything, for programs',
  },
  files: 'With pictures and files, up to 36 MB',
  submit: 'Export',
  making: 'Making the archive',
  ready: '{{ name }} is ready.',
  leftOutOne: 'One file was too large and is named in left-out.txt.',
  leftOut: '{{ count }} files were too large and are named in left-out.txt.',
  again: 'Download again',
} as const
