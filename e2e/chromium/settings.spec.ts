/** The settings and the redirects of repositories, by keys alone, with axe-core and pictures of both. */
import { expect, test, type Page } from '@playwright/test'
import { startFakePages, type FakePages } from '../fixtures/fake-pages.ts'
import { picture } from '../pages/pictures.ts'

let pages: FakePages
test.beforeAll(async () => {
  test.setTimeout(120_000)
  pages = await startFakePages()
})
test.afterAll(() => pages.stop())

const open = async (page: Page) => {
  await page.goto(pages.address('queue'))
  await expect(page.getByRole('grid')).toBeVisible({ timeout: 15_000 })
}
const dialog = (page: Page) => page.getByRole('dialog', { name: 'Settings' })
const rules = (page: Page) => dialog(page).getByRole('list').getByRole('listitem')
const focused = (page: Page) => page.locator(':focus')

test('are opened by Ctrl+, and count at once', async ({ page }) => {
  await open(page)
  await page.keyboard.press('Control+,')
  await expect(dialog(page).getByLabel('Theme')).toBeFocused()
  // As the system, dark, light.
  await page.keyboard.press('ArrowDown')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await page.keyboard.press('ArrowDown')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  await page.keyboard.press('Home')
  await picture(page, 'settings')
  await page.keyboard.press('Escape')
  await expect(dialog(page)).toBeHidden()
  await expect(page.getByRole('grid')).toBeFocused()
})

test('redirects are added, tried in their order, changed and removed with keys alone', async ({ page }) => {
  await open(page)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('repository redirects')
  await page.keyboard.press('Enter')
  const from = dialog(page).getByLabel('An address that starts with')
  await expect(from).toBeFocused()
  await expect(dialog(page).getByText('None. Repositories are asked where crates say they are.')).toBeVisible()

  // What could not be applied is said, and the field at fault has the focus.
  await page.keyboard.type('http://github.com/')
  await page.keyboard.press('Enter')
  await expect(dialog(page).getByText('Starts with https:// and a host')).toBeVisible()
  await expect(from).toBeFocused()
  await expect(from).toHaveAttribute('aria-invalid', 'true')
  const add = async (start: string, to: string) => {
    await page.keyboard.press('Control+a')
    await page.keyboard.type(start)
    await page.keyboard.press('Tab')
    await page.keyboard.type(to)
    await page.keyboard.press('Enter')
    await expect(from).toBeFocused()
  }
  await add('https://github.com/', 'file:///srv/mirrors/')
  await add('https://github.com/rust-lang/', 'https://git.example.org/rust/')
  await add('https://gitlab.com/', 'https://git.example.org/lab/')
  await expect(rules(page)).toContainText([
    'https://github.com/rust-lang/',
    /^https:\/\/(github|gitlab)\.com\//,
    /^https:\/\/(github|gitlab)\.com\//,
  ])
  await page.keyboard.type('https://github.com/')
  await page.keyboard.press('Enter')
  await expect(dialog(page).getByText('Another redirect is for the same start.')).toBeVisible()
  await picture(page, 'settings-redirects')
  // On a small window with long addresses nothing is cut off, and the fields are reached.
  await page.setViewportSize({ width: 1100, height: 700 })
  await add(`https://git.example.com/${'group/'.repeat(20)}`, `file:///srv/${'mirrors/'.repeat(20)}`)
  await expect(from).toBeInViewport()
  await picture(page, 'settings-small')
  await dialog(page)
    .getByRole('button', { name: /^Remove https:\/\/git.example.com/ })
    .press('Enter')

  await dialog(page).getByRole('button', { name: 'Change https://github.com/rust-lang/' }).press('Enter')
  await expect(focused(page)).toHaveValue('https://github.com/rust-lang/')
  await page.keyboard.press('Tab')
  await page.keyboard.press('End')
  await page.keyboard.type('2/')
  await page.keyboard.press('Enter')
  await expect(rules(page).first()).toContainText('https://git.example.org/rust/2/')
  await expect(rules(page)).toHaveCount(3)

  await dialog(page).getByRole('button', { name: 'Remove https://gitlab.com/' }).press('Enter')
  await expect(rules(page)).toHaveCount(2)
  await expect(from).toBeFocused()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+,')
  await expect(rules(page)).toHaveCount(2)
})

test('redirects that cannot be stored stay typed, and none is lost to a quick hand', async ({ page }) => {
  await open(page)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('repository redirects')
  await page.keyboard.press('Enter')
  const [from, to] = ['An address that starts with', 'is asked for at'].map(label => dialog(page).getByLabel(label))
  await expect(from!).toBeFocused()
  const type = async (start: string, place: string) => {
    await page.keyboard.type(start)
    await page.keyboard.press('Tab')
    await page.keyboard.type(place)
  }
  await type('https://github.com/', 'https://full.example.org/')
  await page.keyboard.press('Enter')
  await expect(page.getByText('no space left')).toBeVisible()
  await expect(from!).toHaveValue('https://github.com/')
  await expect(to!).toHaveValue('https://full.example.org/')
  await expect(rules(page)).toHaveCount(0)
  await page.keyboard.press('Control+a')
  await page.keyboard.type('https://git.example.org/')
  // Twice, before the first is answered.
  await from!.evaluate(({ form }: HTMLInputElement) => [form, form].forEach(one => one?.requestSubmit()))
  await expect(rules(page)).toHaveCount(1)
  for (const host of ['gitlab.com', 'codeberg.org']) {
    await expect(from!).toHaveValue('')
    await expect(from!).toBeFocused()
    await type(`https://${host}/`, 'https://git.example.org/more/')
    await page.keyboard.press('Enter')
  }
  await expect(rules(page)).toHaveCount(3)

  // Two are removed at once, while another is half typed.
  await expect(from!).toHaveValue('')
  await page.keyboard.type('https://sr.ht/')
  await dialog(page)
    .getByRole('button', { name: /^Remove https:\/\/(gitlab|codeberg)/ })
    .evaluateAll(buttons => buttons.forEach(button => (button as HTMLElement).click()))
  await expect(rules(page)).toHaveCount(1)
  await expect(rules(page)).toContainText('https://github.com/')
  await expect(from!).toBeFocused()
  await expect(from!).toHaveValue('https://sr.ht/')
})
