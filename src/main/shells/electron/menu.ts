/** Installs the application menu that menu-template.ts describes. */
import { Menu } from 'electron'
import { menuTemplate } from './menu-template.ts'

/** Makes it the application's menu. */
export function installMenu(areToolsAllowed: boolean, send: (id: string) => void): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, areToolsAllowed, send)))
}
