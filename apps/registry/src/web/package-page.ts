/** The page of a package, of one version and one tab. */
import { html } from './html.ts'
import type { Html } from './html.ts'
import type { Links } from './links.ts'
import { dayOf } from './moments.ts'
import type {
  Fact,
  PackageTab,
  PackageTabKind,
  PackageView,
  ReadmeView,
  Requirement,
  Setup,
  VersionRow,
} from './package-view.ts'
import type { Page } from './page.ts'
import { keywordMarks } from './search-page.ts'

const tabs: Readonly<Record<PackageTabKind, string>> = {
  readme: 'Readme',
  dependencies: 'Dependencies',
  dependents: 'Dependents',
  versions: 'Versions',
}

export function packagePage(links: Links, view: PackageView): Page {
  const { name, version } = view
  return {
    title: `${name} ${version}`,
    main: html`<div class="title">
        <h1><bdi>${name}</bdi></h1>
        <span class="version">${version}</span>
        <span class="marks"
          >${view.marks.map((mark) => html`<span class="mark">${mark}</span>`)}${
            view.warning !== undefined && html`<span class="mark bad">${view.warning.mark}</span>`
          }</span
        >
      </div>
      ${view.description !== '' && html`<p class="about"><bdi>${view.description}</bdi></p>`}
      ${
        view.warning !== undefined &&
        html`<div class="note bad">
          <strong>This version is ${view.warning.mark}.</strong>
          <p><bdi>${view.warning.text}</bdi></p>
        </div>`
      }
      ${view.notice !== undefined && html`<div class="note"><p>${view.notice}</p></div>`}
      <nav class="tabs" aria-label="About this package">
        ${Object.entries(tabs).map(([kind, label]) => tabLink(links, view, { kind: kind as PackageTabKind, label }))}
      </nav>
      <div class="columns">
        <div>${tabContent(view.tab)}</div>
        <aside aria-label="Facts">
          <section>
            <h2>Install</h2>
            <ul class="installs">
              ${view.installs.map(({ tool, command }) => html`<li><span>${tool}</span><code>${command}</code></li>`)}
            </ul>
            ${view.setups.map(setupText)}
          </section>
          <section>
            <h2>Facts</h2>
            <dl class="facts">${view.facts.map(fact)}</dl>
          </section>
          ${
            view.keywords.length > 0 &&
            html`<section>
              <h2>Keywords</h2>
              ${keywordMarks(links, view.keywords)}
            </section>`
          }
        </aside>
      </div>`,
  }
}

/** Longer ones are folded away: what is wanted each time stands above them. */
const BLOCK_LINES_SHOWN = 3

function setupText(setup: Setup): Html {
  switch (setup.kind) {
    case 'line':
      return html`<p class="quiet small">With <code>${setup.code}</code> in <code>${setup.file}</code>.</p>`
    case 'block': {
      const code = html`<pre class="small" tabindex="0">${setup.code}</pre>`
      return setup.code.split('\n').length > BLOCK_LINES_SHOWN
        ? html`<details>
            <summary class="quiet small">${setup.title}</summary>
            ${code}
          </details>`
        : html`<p class="quiet small">${setup.title}:</p>
            ${code}`
    }
    case 'note':
      return html`<p class="quiet small">${setup.text}</p>`
  }
}

function tabLink(links: Links, view: PackageView, { kind, label }: { kind: PackageTabKind; label: string }): Html {
  const { ecosystem, name, version, versionCount } = view
  const href = links.package({ ecosystem, name, version, tab: kind === 'readme' ? undefined : kind })
  const text = kind === 'versions' ? `${label} (${versionCount})` : label
  return view.tab.kind === kind
    ? html`<a href="${href}" aria-current="page">${text}</a>`
    : html`<a href="${href}">${text}</a>`
}

function tabContent(tab: PackageTab): Html {
  switch (tab.kind) {
    case 'readme':
      return readme(tab.readme)
    case 'dependencies':
      return tab.groups.length === 0
        ? html`<p class="quiet">This version needs no other package.</p>`
        : html`${tab.groups.map(
            ({ title, requirements }) =>
              html`<h2>${title} (${requirements.length})</h2>
                ${requirementList(requirements)}`,
          )}`
    case 'dependents':
      return tab.total === 0
        ? html`<p class="quiet">No package that is published here needs this one in its latest version.</p>`
        : html`<h2>Needed by the latest versions of ${tab.total}</h2>
            ${requirementList(tab.requirements)}${
              tab.total > tab.requirements.length &&
              html`<p class="quiet">The first ${tab.requirements.length} are shown.</p>`
            }`
    case 'versions':
      return html`<h2 class="hidden">Versions</h2>
        <ul class="rows">
          ${tab.rows.map(versionRow)}
        </ul>
        ${
          tab.turns.length > 0 &&
          html`<nav class="turns" aria-label="Pages">
            ${tab.turns.map(({ label, href }) => html`<a href="${href}">${label}</a>`)}
          </nav>`
        }`
  }
}

function readme(view: ReadmeView): Html {
  switch (view.kind) {
    case 'shown':
      return html`<article class="readme">${view.html}</article>`
    case 'none':
      return html`<p class="quiet">This version has no README.</p>`
    case 'unavailable':
      return html`<p class="quiet">The README cannot be shown: ${view.reason}.</p>`
  }
}

function requirementList(requirements: readonly Requirement[]): Html {
  return html`<ul class="rows">
    ${requirements.map(({ name, range, href }) => {
      const shown = html`<bdi>${name}</bdi>`
      return html`<li>
        ${href === undefined ? shown : html`<a href="${href}">${shown}</a>`}<code class="end">${range}</code>
      </li>`
    })}
  </ul>`
}

function versionRow({ version, href, publishedAt, tags, warning }: VersionRow): Html {
  return html`<li>
    <a href="${href}"><code>${version}</code></a>
    <span class="marks"
      >${tags.map((tag) => html`<span class="mark">${tag}</span>`)}${
        warning !== undefined && html`<span class="mark bad">${warning}</span>`
      }</span
    >
    ${publishedAt !== undefined && html`<span class="end quiet small">${dayOf(publishedAt)}</span>`}
  </li>`
}

function fact({ label, values, href, at, code }: Fact): Html {
  const texts = values.map((value, index) => {
    const text = code === true ? html`<code>${value}</code>` : html`<bdi>${value}</bdi>`
    return html`${index > 0 && ', '}${text}`
  })
  const shown = at === undefined ? html`${texts}` : dayOf(at)
  return html`<div>
    <dt>${label}</dt>
    <dd>${href === undefined ? shown : html`<a href="${href}" rel="nofollow ugc noreferrer">${shown}</a>`}</dd>
  </div>`
}
