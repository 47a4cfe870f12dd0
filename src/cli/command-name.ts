import { basename, isAbsolute, relative } from 'node:path'

const INSTALLED_NAME = 'honeyjam'

/**
 * What to type to run the program again from here: its name once it is installed, else the path of its launcher.
 * @param launcher absolute path of what was started
 */
export function commandName(launcher: string, workingDirectory: string): string {
  if (basename(launcher) === INSTALLED_NAME) return INSTALLED_NAME
  const path = relative(workingDirectory, launcher)
  if (isAbsolute(path) || path.startsWith('..')) return launcher
  return `./${path}`
}
