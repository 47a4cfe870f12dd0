/** `/docs/page.js`: sends what a form says and shows the answer as text. The key stays in the field and goes to this service alone. */
export const DOCS_SCRIPT = `'use strict'
const key = document.getElementById('key')
for (const form of document.querySelectorAll('form[data-path]')) {
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    send(form).catch((error) => show(form, String(error)))
  })
}

async function send(form) {
  show(form, 'waiting...')
  const { method, path } = form.dataset
  const headers = key.value === '' ? {} : { authorization: 'Bearer ' + key.value.trim() }
  const query = new URLSearchParams()
  let target = path
  let body
  for (const field of form.elements) {
    const [place, name] = field.name.split(':')
    if (place === 'path') target = target.replace('{' + name + '}', encodeURIComponent(field.value))
    if (field.value === '') continue
    if (place === 'query') query.append(name, field.value)
    if (place === 'header') headers[name] = field.value
    if (place === 'body') {
      headers['content-type'] = 'application/json'
      body = field.value
    }
    if (place === 'file') {
      body = new FormData()
      body.append('csv_file', field.files[0])
    }
  }
  const url = query.size === 0 ? target : target + '?' + query
  const answer = await fetch(url, { method, headers, body })
  const shown = [...answer.headers].map(([name, value]) => name + ': ' + value).join('\\n')
  const text = await answer.text()
  show(form, [method + ' ' + url, answer.status + ' ' + answer.statusText, shown, '', pretty(text)].join('\\n'))
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function show(form, text) {
  const output = form.nextElementSibling
  output.hidden = false
  output.textContent = text
}
`
