/** The two files that pages load: named by their content, so that browsers keep them for ever. */
import { createHash } from 'node:crypto'
import { STYLE } from './style.ts'

export type Asset = { readonly file: string; readonly type: string; readonly body: string }

/** A retort, in the colour of the links; legible on light and dark. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="none" stroke="#7c5cd6" stroke-width="2.6"
stroke-linecap="round" stroke-linejoin="round" d="M12 4h8M14 4v8L6.5 25a2 2 0 0 0 1.8 3h15.4a2 2 0 0 0 1.8-3L18 12V4"/><path fill="#7c5cd6"
d="M11 19.5h10l3 5.4a.8.8 0 0 1-.7 1.1H8.7a.8.8 0 0 1-.7-1.1z"/></svg>`

export const styleAsset: Asset = assetOf('style', 'css', { type: 'text/css; charset=utf-8', body: STYLE })
export const iconAsset: Asset = assetOf('icon', 'svg', { type: 'image/svg+xml', body: ICON })

function assetOf(name: string, extension: string, content: Omit<Asset, 'file'>): Asset {
  const hash = createHash('sha256').update(content.body).digest('hex').slice(0, 12)
  return { file: `${name}-${hash}.${extension}`, ...content }
}
