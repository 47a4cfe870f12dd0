import { expect, it } from 'vitest'
import { escapeHtml } from './escape-html.ts'

it('escapes everything that means something in HTML', () => {
  expect(escapeHtml(`<script>alert("1" & '2')</script>`)).toBe(
    '&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;',
  )
})
