/** The page, script and style of the static provenance site. Fixed texts: nothing is ever put into them. */

export const SITE_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Provenance of crates</title>
<link rel="stylesheet" href="site.css">
</head>
<body>
<header><h1>Provenance of crates</h1><p id="made"></p></header>
<main>
<section aria-label="Outcomes"><ul id="chart"></ul></section>
<section aria-label="Versions">
<p class="controls"><label>Find <input id="find" type="search" autocomplete="off" spellcheck="false"></label>
<button id="all" type="button">All outcomes</button> <span id="count" role="status"></span></p>
<table><thead><tr><th scope="col">Crate</th><th scope="col">Version</th><th scope="col">Outcome</th>
<th scope="col">Content</th><th scope="col">Commit</th><th scope="col">Differs</th><th scope="col">Only in crate</th></tr></thead>
<tbody id="rows"></tbody></table>
<p><button id="more" type="button" hidden>Show more</button></p>
</section>
<section id="detail" aria-label="One version" tabindex="-1" hidden></section>
</main>
<script src="site.js"></script>
<script src="index.js"></script>
</body>
</html>
`

export const SITE_SCRIPT = `'use strict'
;(function () {
  var index = null, shown = 0, matching = [], outcome = null, PAGE = 200
  var byId = function (id) { return document.getElementById(id) }
  function el(name, text, className) {
    var made = document.createElement(name)
    if (text !== undefined && text !== null) made.textContent = printable(text)
    if (className) made.className = className
    return made
  }
  // Control and direction characters of a hostile name are shown, never obeyed.
  function printable(text) {
    return String(text).replace(/[\\u0000-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff]/g, function (char) {
      return '\\\\u{' + char.charCodeAt(0).toString(16) + '}'
    })
  }
  function word(number) { return number < 0 ? '' : index.words[number] }
  function keyOf(row) { return row[0] + '@' + row[1] }

  window.assayIndex = function (data) {
    index = data
    byId('made').textContent = data.rows.length + ' versions, checked with Assay ' + data.assay + ', exported ' + data.madeAt +
      '. A verdict compares a published archive with the repository it names; it is evidence, not an audit.'
    drawChart()
    filter()
    open()
  }
  function drawChart() {
    var counts = {}
    index.rows.forEach(function (row) { counts[word(row[2])] = (counts[word(row[2])] || 0) + 1 })
    var chart = byId('chart')
    Object.keys(counts).sort(function (a, b) { return counts[b] - counts[a] }).forEach(function (name) {
      var item = el('li'), button = el('button'), bar = el('span', '', 'bar o-' + name)
      button.type = 'button'
      bar.style.width = Math.max(0.5, 60 * counts[name] / index.rows.length) + '%'
      button.append(el('span', name, 'name'), bar, el('span', counts[name], 'number'))
      button.addEventListener('click', function () { outcome = outcome === name ? null : name; filter() })
      button.dataset.outcome = name
      item.append(button)
      chart.append(item)
    })
  }
  function filter() {
    var text = byId('find').value.trim().toLowerCase()
    matching = []
    index.rows.forEach(function (row, i) {
      if (outcome !== null && word(row[2]) !== outcome) return
      if (text !== '' && (row[0] + ' ' + row[1]).toLowerCase().indexOf(text) === -1) return
      matching.push(i)
    })
    document.querySelectorAll('#chart button').forEach(function (button) {
      button.setAttribute('aria-pressed', String(button.dataset.outcome === outcome))
    })
    byId('count').textContent = matching.length + ' of ' + index.rows.length
    byId('rows').replaceChildren()
    shown = 0
    more()
  }
  function more() {
    var body = byId('rows')
    matching.slice(shown, shown + PAGE).forEach(function (i) {
      var row = index.rows[i], line = el('tr'), link = el('a', row[0])
      link.href = '#' + encodeURIComponent(keyOf(row))
      var name = el('td')
      name.append(link)
      line.append(name, el('td', row[1]), el('td', word(row[2]) + (row[8] < 0 ? '' : ' (by search: ' + word(row[8]) + ')') +
        (row[7] ? ', accepted' : ''), 'o-' + word(row[2])), el('td', word(row[3])), el('td', word(row[4])), el('td', row[5]), el('td', row[6]))
      body.append(line)
    })
    shown = Math.min(shown + PAGE, matching.length)
    byId('more').hidden = shown >= matching.length
  }
  function open() {
    var wanted = ''
    try { wanted = decodeURIComponent(location.hash.slice(1)) } catch (e) { wanted = '' }
    var at = index.rows.findIndex(function (row) { return keyOf(row) === wanted })
    if (at === -1) { byId('detail').hidden = true; return }
    var script = document.createElement('script')
    script.src = 'detail/' + at + '.js'
    script.addEventListener('error', function () {
      byId('detail').hidden = false
      byId('detail').replaceChildren(el('h2', wanted), el('p', 'detail/' + at + '.js could not be loaded.'))
    })
    document.body.append(script)
    script.addEventListener('load', function () { script.remove() })
  }
  function facts(pairs) {
    var list = el('dl')
    pairs.forEach(function (pair) {
      if (pair[1] === null || pair[1] === undefined || pair[1] === '') return
      var value = el('dd')
      value.append(pair[1] instanceof Node ? pair[1] : document.createTextNode(printable(pair[1])))
      list.append(el('dt', pair[0]), value)
    })
    return list
  }
  function address(text) {
    if (text === null || !/^https:\\/\\//.test(text)) return text
    var link = el('a', text)
    link.href = text
    link.rel = 'noreferrer noopener'
    return link
  }
  function texts(title, list) {
    var part = document.createDocumentFragment()
    if (!list || list.length === 0) return part
    var items = el('ul')
    list.forEach(function (text) { items.append(el('li', text)) })
    part.append(el('h3', title), items)
    return part
  }
  function before(earlier) {
    if (!earlier) return null
    var known = earlier.known
    if (!known) return earlier.published === null ? null : earlier.published + ', of which nothing is known'
    return known.version + ': ' + (known.repository || 'no repository') + ', ' +
      (known.path === null ? 'folder not known' : known.path || 'the root')
  }
  window.assayDetail = function (at, r) {
    var box = byId('detail'), n = r.files
    var reasons = el('ul')
    r.reasons.forEach(function (reason) {
      reasons.append(el('li', reason.text + (reason.about.length ? ' ' + reason.about.join(', ') : ''), 'w-' + reason.weight))
    })
    var table = el('table'), body = el('tbody')
    table.append(el('caption', n.total + ' files in the archive: ' + n.same + ' equal, ' + n.generated + ' generated by cargo. The others:'))
    r.fileResults.forEach(function (file) {
      var line = el('tr')
      line.append(el('td', file.path), el('td', file.state), el('td', file.rule || ''), el('td', file.repositoryPath || ''))
      body.append(line)
    })
    table.append(body)
    var tag = r.anchorDetail.tag
    box.replaceChildren(
      el('h2', r.crate + ' ' + r.version), el('p', r.sentence, 'sentence o-' + r.outcome), reasons,
      r.accepted ? el('p', 'Accepted by ' + r.accepted.who + ': ' + r.accepted.reason) : '',
      el('h3', 'Claim'), facts([
        ['Repository stated', r.claim.repository.stated], ['Compared with', address(r.repository)],
        ['Commit stated', r.claim.commit], ['Path stated', r.claim.path], ['VCS info', r.claim.vcsInfo],
        ['Publisher says dirty', r.claim.dirty === null ? null : String(r.claim.dirty)],
        ['Version before', before(r.earlier)]]),
      el('h3', 'Evidence'), facts([
        ['Outcome', r.outcome], ['Content', r.content], ['Commit', r.commit], ['Anchor', r.anchor], ['Package folder', r.path],
        ['Found by search', r.fallback ? r.fallback.how + ', ' + r.fallback.outcome : null],
        ['Version tag', tag ? tag.name + (tag.pointsHere ? ', points here' : ', points elsewhere') : null],
        ['Reached from', r.anchorDetail.refs.join(', ')], ['Manifest', r.manifest.state], ['Index', r.manifest.index],
        ['Lock file', r.lock.state], ['Packaged by cargo', [r.container.cargoFrom, r.container.cargoTo].filter(Boolean).join(' to ')],
        ['Made by cargo', r.container.isCargo ? 'yes, as far as the container tells' : 'no'],
        ['Rebuild', r.rebuild ? r.rebuild.result : null]]),
      texts('Manifest', r.manifest.differences), texts('Lock file', r.lock.differences), texts('Container', r.container.evidence),
      r.fileResults.length ? table : el('p', n.total + ' files in the archive: ' + n.same + ' equal, ' + n.generated + ' generated by cargo.'),
      el('h3', 'To repeat it'), facts([
        ['Archive sha256', r.archiveSha256], ['Index line sha256', r.indexLineSha256], ['Published', r.publishedAt], ['Tree', r.treeId],
        ['Newest commit of the copy', r.mirror ? r.mirror.newestCommitAt : null], ['git', r.tools.git], ['cargo', r.tools.cargo], ['Assay', r.tools.assay]]))
    box.hidden = false
    box.focus()
  }
  byId('find').addEventListener('input', function () { if (index) filter() })
  byId('all').addEventListener('click', function () { outcome = null; byId('find').value = ''; if (index) filter() })
  byId('more').addEventListener('click', more)
  window.addEventListener('hashchange', function () { if (index) open() })
})()
`

export const SITE_STYLE = `:root { color-scheme: light dark; font: 14px/1.45 system-ui, sans-serif }
body { margin: 0 auto; max-width: 1100px; padding: 16px }
h1 { font-size: 20px; margin: 0 } h2 { font-size: 18px } h3 { font-size: 14px; margin: 16px 0 4px }
#chart { list-style: none; padding: 0 }
#chart button { display: flex; align-items: center; gap: 8px; width: 100%; border: 0; background: none; color: inherit; font: inherit; padding: 2px 4px; text-align: left; cursor: pointer }
#chart button[aria-pressed="true"] { outline: 2px solid currentColor }
.name { width: 220px } .bar { height: 12px; background: #7a7a7a; border-radius: 2px } .number { min-width: 48px }
.bar.o-match, .bar.o-match-line-endings, .bar.o-match-broken-symlinks { background: #2f8f4e }
.bar.o-mismatch, .bar.o-archive-anomaly { background: #c0392b }
td.o-mismatch, td.o-archive-anomaly, .sentence.o-mismatch, .w-alarm { font-weight: 600 }
table { border-collapse: collapse; width: 100% } caption { text-align: left; padding: 8px 0 }
th, td { text-align: left; padding: 3px 8px; border-bottom: 1px solid #8884; overflow-wrap: anywhere; vertical-align: top }
dl { display: grid; grid-template-columns: 180px 1fr; margin: 0 } dt { opacity: .75 } dd { margin: 0; overflow-wrap: anywhere }
#detail { border-top: 2px solid #8888; margin-top: 16px }
a { color: inherit } button:focus-visible, a:focus-visible, input:focus-visible { outline: 2px solid Highlight }
`
