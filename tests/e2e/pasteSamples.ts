/** Copies in the form in which other programs put them on the clipboard, and what they mean. */
export interface Sample {
  from: string
  html: string
  becomes: string
}

const word = (
  body: string,
) => `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta http-equiv=Content-Type content="text/html; charset=utf-8"><meta name=Generator content="Microsoft Word 15">
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style><!-- p.MsoNormal {mso-style-parent:""; margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif;} @list l0 {mso-list-id:77;} --></style></head>
<body lang=EN-GB style='tab-interval:36.0pt'><!--StartFragment-->${body}<!--EndFragment--></body></html>`

const item = (level: number, mark: string, text: string) =>
  `<p class=MsoListParagraphCxSpMiddle style='text-indent:-18.0pt;mso-list:l0 level${level} lfo1'><![if !supportLists]><span style='font-family:Symbol;mso-fareast-font-family:Symbol'><span style='mso-list:Ignore'>${mark}<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>${text}<o:p></o:p></p>`

export const samples: Sample[] = [
  {
    from: 'Word: headings, styles, tracked changes and a comment',
    html: word(`<p class=MsoTitle>Launch<o:p></o:p></p>
<h1 style='margin-top:12.0pt'><span lang=EN-US style='mso-fareast-font-family:"Times New Roman"'>What ships<o:p></o:p></span></h1>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoNormal>The <b><span style='color:#C00000'>proof</span></b> is <i style='mso-bidi-font-style:normal'>there</i><ins cite="mailto:Ada%20Weber" datetime="2026-03-02T10:11">, finally</ins><del cite="mailto:Ada%20Weber" datetime="2026-03-02T10:12"> late</del>.<span class=MsoCommentReference><span style='font-size:8.0pt'><a class=msocomanchor id="_anchor_1" href="#_msocom_1">[AW1]</a></span></span><o:p></o:p></p>
<div style='mso-element:comment-list'><div style='mso-element:comment'><p class=MsoCommentText>Is it?</p></div></div>`),
    becomes: '<h1>Launch</h1><h1>What ships</h1><p>The <strong>proof</strong> is <em>there</em>, finally.</p>',
  },
  {
    from: 'Word: lists in two levels',
    html: word(
      `${item(1, '·', 'Press')}${item(2, 'a.', 'Kit')}${item(2, 'b.', 'Film')}${item(1, '·', 'Print')}<p class=MsoNormal>After<o:p></o:p></p>`,
    ),
    becomes: '<ul><li><p>Press</p><ol><li><p>Kit</p></li><li><p>Film</p></li></ol></li><li><p>Print</p></li></ul><p>After</p>',
  },
  {
    from: 'Google Docs: styled spans, a checklist and an inner list',
    html: `<meta charset='utf-8'><meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-0c2a7e1f-7fff-4a1b"><h2 dir="ltr" style="line-height:1.38;margin-top:18pt;"><span style="font-size:16pt;font-family:Arial,sans-serif;font-weight:400;">Press kit</span></h2><p dir="ltr" style="line-height:1.38;"><span style="font-size:11pt;font-weight:400;font-style:normal;text-decoration:none;white-space:pre-wrap;">Send it </span><span style="font-weight:700;font-style:normal;text-decoration:none;">before noon</span><span style="font-weight:400;font-style:italic;text-decoration:line-through;">, please</span><a href="https://www.google.com/url?q=https://example.com/kit&amp;sa=D&amp;ust=1" style="text-decoration:none;"><span style="text-decoration:underline;color:#1155cc;">kit</span></a></p><br /><ul style="margin-top:0;"><li dir="ltr" role="checkbox" aria-checked="true" style="list-style-type:none;" aria-level="1"><img src="data:image/png;base64,iVBORw0KGgo=" width="17px" height="17px" alt="checked" role="presentation" /><p dir="ltr" role="presentation"><span style="font-weight:400;">Logo</span></p></li></ul><ul><li dir="ltr" aria-level="1"><p dir="ltr" role="presentation"><span>One</span></p></li><ul><li dir="ltr" aria-level="2"><p dir="ltr" role="presentation"><span>Inside</span></p></li></ul></ul></b><br class="Apple-interchange-newline">`,
    becomes:
      '<h2>Press kit</h2><p>Send it <strong>before noon</strong><em><s>, please</s></em><a href="https://example.com/kit">kit</a></p><ul data-type="taskList"><li data-checked="true"><p>Logo</p></li></ul><ul><li><p>One</p><ul><li><p>Inside</p></li></ul></li></ul>',
  },
  {
    from: 'Excel: a sheet with a merged cell',
    html: `<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta name=Generator content="Microsoft Excel 15"><style><!--td {mso-style-parent:style0; padding:0px;} .xl65 {mso-number-format:"0\\.00";}--></style></head><body link="#0563C1"><table border=0 cellpadding=0 cellspacing=0 width=192 style='border-collapse:collapse;width:144pt'><!--StartFragment--><col width=64 span=2 style='width:48pt'><tr height=20 style='height:15.0pt'><td height=20 colspan=2 class=xl65 style='mso-ignore:colspan'>Budget</td></tr><tr height=20><td height=20 class=xl65>Paper</td><td class=xl65 align=right>120.50</td></tr><!--EndFragment--></table></body></html>`,
    becomes: '<table><tr><td colspan="2"><p>Budget</p></td></tr><tr><td><p>Paper</p></td><td><p>120.50</p></td></tr></table>',
  },
  {
    from: 'Google Sheets',
    html: `<google-sheets-html-origin><style type="text/css"><!--td {border: 1px solid #cccccc;}br {mso-data-placement:same-cell;}--></style><table xmlns="http://www.w3.org/1999/xhtml" cellspacing="0" cellpadding="0" dir="ltr" border="1" data-sheets-root="1" data-sheets-baot="1"><colgroup><col width="100"/><col width="100"/></colgroup><tbody><tr style="height:21px;"><td style="overflow:hidden;font-weight:bold;" data-sheets-value="{&quot;1&quot;:2,&quot;2&quot;:&quot;Day&quot;}">Day</td><td>Hours</td></tr></tbody></table>`,
    becomes: '<table><tr><td><p>Day</p></td><td><p>Hours</p></td></tr></table>',
  },
  {
    from: 'a web page with code, pictures, scripts and hidden words',
    html: `<article class="post" onclick="alert(1)"><h5 style="color:red">Small</h5><p>See <a href="javascript:alert(1)">this</a> and <a href="https://example.com/a" onmouseover="alert(2)" target=_top>that</a>.<span style="display:none">buy now</span></p><script>alert(3)</script><div class="highlight highlight-source-ts"><pre><span class="pl-k">const</span> a = 1</pre></div><p><img src="https://example.com/cat.png" alt="A cat"><img src="https://example.com/pixel.gif" width=1 height=1></p><ul class="contains-task-list"><li class="task-list-item"><input type="checkbox" checked> Done</li></ul><!-- secret --></article>`,
    becomes:
      '<h3>Small</h3><p>See this and <a href="https://example.com/a">that</a>.</p><pre><code class="language-ts">const a = 1</code></pre><p><a href="https://example.com/cat.png">A cat</a></p><ul data-type="taskList"><li data-checked="true"><p>Done</p></li></ul>',
  },
]
